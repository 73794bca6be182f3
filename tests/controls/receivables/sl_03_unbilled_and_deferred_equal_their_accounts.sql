{{ config(alias="sl_03", meta={"control_id": "SL-03"}) }}
-- Guards revenue that is earned and not billed, or billed and not earned: an accrual that is
-- missing, doubled or never cleared shifts revenue between months without unbalancing anything.
-- Where the totals differ, the deliveries, invoices and releases that make the difference are
-- named, each once, with the report dates from the first to the last at which it does.
with

    tie_outs as (select * from {{ ref("rpt_subledger_tie_out") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    documents_that_differ as (select * from {{ ref("int_control_account_breaks") }}),

    breaks_found as (
        select tie_outs.as_of, tie_outs.legal_entity_id, tie_outs.control_account, tie_outs.difference
        from tie_outs
        inner join legal_entities on tie_outs.legal_entity_id = legal_entities.legal_entity_id
        where
            tie_outs.control_account in ('unbilled', 'deferred')
            and legal_entities.ledger <> 'derived'
            and (tie_outs.difference is null or abs(tie_outs.difference) > {{ tolerance_of("SL-03") }})
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
            'SL-03' as control_id,
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
            control_account,
            order_line_key as order_line,
            last_as_of,
            journal_id,
            cause
        from documents_of_breaks
        where source_doc_id is not null
        union all
        -- a break without a single differing document cannot be, and is shown rather than lost
        select
            'SL-03' as control_id,
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
            account_in_break as control_account,
            cast(null as string) as order_line,
            break_as_of as last_as_of,
            cast(null as string) as journal_id,
            'no single document' as cause
        from documents_of_breaks
        where source_doc_id is null
    )

select *
from failing_rows
