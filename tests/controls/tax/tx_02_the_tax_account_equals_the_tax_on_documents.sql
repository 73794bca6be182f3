{{ config(alias="tx_02", meta={"control_id": "TX-02"}) }}
-- Guards what is declared to the tax office: the account against the tax that documents,
-- discounts, credits and write-offs carry, at every report date. No layout delivers a tax return,
-- so two values are compared and the third is shown as missing. The documents that make a
-- difference are named, each once, with the report dates from the first to the last at which it
-- does.
with

    tie_outs as (select * from {{ ref("rpt_subledger_tie_out") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    documents_that_differ as (select * from {{ ref("int_control_account_breaks") }}),

    breaks_found as (
        select tie_outs.as_of, tie_outs.legal_entity_id, tie_outs.control_account, tie_outs.difference
        from tie_outs
        inner join legal_entities on tie_outs.legal_entity_id = legal_entities.legal_entity_id
        where
            tie_outs.control_account = 'tax'
            and legal_entities.ledger <> 'derived'
            and (tie_outs.difference is null or abs(tie_outs.difference) > {{ tolerance_of("TX-02") }})
    ),

    documents_of_breaks as (
        select
            breaks_found.as_of as break_as_of,
            breaks_found.difference as break_difference,
            breaks_found.legal_entity_id as legal_entity_in_break,
            breaks_found.control_account as account_in_break,
            documents_that_differ.*
        from breaks_found
        left join
            documents_that_differ
            on breaks_found.legal_entity_id = documents_that_differ.legal_entity_id
            and breaks_found.control_account = documents_that_differ.control_account
            and breaks_found.as_of
            between documents_that_differ.first_as_of and documents_that_differ.last_as_of
    ),

    failing_rows as (
        select distinct
            'TX-02' as control_id,
            first_as_of as as_of,
            legal_entity_id,
            source_doc_id as business_key,
            abs(subledger - ledger) as amount_at_risk,
            cast(subledger as string) as expected,
            cast(ledger as string) as actual,
            subledger - ledger as difference,
            source_system,
            source_file,
            source_line,
            subledger as tax_on_documents,
            ledger as tax_booked,
            cast(null as decimal(18, 4)) as tax_declared,
            last_as_of,
            journal_id,
            cause
        from documents_of_breaks
        where source_doc_id is not null
        union all
        -- a break without a single differing document cannot be, and is shown rather than lost
        select
            'TX-02' as control_id,
            break_as_of as as_of,
            legal_entity_in_break as legal_entity_id,
            'total at ' || cast(break_as_of as string) as business_key,
            abs(break_difference) as amount_at_risk,
            cast(null as string) as expected,
            cast(null as string) as actual,
            break_difference as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            cast(null as decimal(18, 4)) as tax_on_documents,
            cast(null as decimal(18, 4)) as tax_booked,
            cast(null as decimal(18, 4)) as tax_declared,
            break_as_of as last_as_of,
            cast(null as string) as journal_id,
            'no single document' as cause
        from documents_of_breaks
        where source_doc_id is null
    )

select *
from failing_rows
