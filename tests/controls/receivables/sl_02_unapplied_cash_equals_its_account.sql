{{ config(alias="sl_02", meta={"control_id": "SL-02"}) }}
-- Guards customers' money that is not yet anybody's: a receipt not booked, or booked without a
-- receipt. Where the totals differ, the receipts, applications and refunds that make the difference
-- are named, each once.
with

    tie_outs as (select * from {{ ref("rpt_subledger_tie_out") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    movements as (select * from {{ ref("int_receipt_movements") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    applications as (select * from {{ ref("int_applications") }}),

    breaks_found as (
        select tie_outs.as_of, tie_outs.legal_entity_id, tie_outs.difference
        from tie_outs
        inner join legal_entities on tie_outs.legal_entity_id = legal_entities.legal_entity_id
        where
            tie_outs.control_account = 'unapplied'
            and legal_entities.ledger <> 'derived'
            and (tie_outs.difference is null or abs(tie_outs.difference) > {{ tolerance_of("SL-02") }})
    ),

    sides_unioned as (
        select
            legal_entity_id,
            case when is_opening_item then 'opening' else movement_id end as source_doc_id,
            effective_date as posting_date,
            functional_change as subledger,
            cast(0 as decimal(18, 4)) as ledger
        from movements
        union all
        select
            legal_entity_id,
            case
                when source_type = 'opening' then 'opening' else coalesce(source_doc_id, journal_id)
            end as source_doc_id,
            posting_date,
            cast(0 as decimal(18, 4)) as subledger,
            - amount as ledger
        from journal_lines
        where control_of = 'unapplied'
    ),

    sides_compared as (
        select
            breaks_found.as_of,
            breaks_found.legal_entity_id,
            sides_unioned.source_doc_id,
            sum(sides_unioned.subledger) as subledger,
            sum(sides_unioned.ledger) as ledger
        from breaks_found
        inner join
            sides_unioned
            on breaks_found.legal_entity_id = sides_unioned.legal_entity_id
            and breaks_found.as_of >= sides_unioned.posting_date
        group by breaks_found.as_of, breaks_found.legal_entity_id, sides_unioned.source_doc_id
        having sum(sides_unioned.subledger) <> sum(sides_unioned.ledger)
    ),

    documents_named as (
        select legal_entity_id, source_doc_id, min(as_of) as first_as_of, max(as_of) as last_as_of
        from sides_compared
        group by legal_entity_id, source_doc_id
    ),

    lineage_unioned as (
        select legal_entity_id, payment_id as source_doc_id, source_system, source_file, source_line
        from receipts
        union all
        select legal_entity_id, application_id as source_doc_id, source_system, source_file, source_line
        from applications
    ),

    failing_rows as (
        select
            'SL-02' as control_id,
            documents_named.first_as_of as as_of,
            documents_named.legal_entity_id,
            documents_named.source_doc_id as business_key,
            cast(abs(sides_compared.subledger - sides_compared.ledger) as decimal(18, 4)) as amount_at_risk,
            cast(sides_compared.subledger as string) as expected,
            cast(sides_compared.ledger as string) as actual,
            cast(sides_compared.subledger - sides_compared.ledger as decimal(18, 4)) as difference,
            lineage_unioned.source_system,
            lineage_unioned.source_file,
            lineage_unioned.source_line,
            documents_named.last_as_of,
            case
                when sides_compared.ledger = 0
                then 'nothing booked'
                when sides_compared.subledger = 0
                then 'booked without document'
                else 'amounts differ'
            end as cause
        from documents_named
        inner join
            sides_compared
            on documents_named.legal_entity_id = sides_compared.legal_entity_id
            and documents_named.source_doc_id = sides_compared.source_doc_id
            and documents_named.last_as_of = sides_compared.as_of
        left join
            lineage_unioned
            on documents_named.legal_entity_id = lineage_unioned.legal_entity_id
            and documents_named.source_doc_id = lineage_unioned.source_doc_id
        union all
        -- a break without a single differing document cannot be, and is shown rather than lost
        select
            'SL-02' as control_id,
            breaks_found.as_of,
            breaks_found.legal_entity_id,
            'total at ' || cast(breaks_found.as_of as string) as business_key,
            abs(breaks_found.difference) as amount_at_risk,
            cast(null as string) as expected,
            cast(null as string) as actual,
            breaks_found.difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            breaks_found.as_of as last_as_of,
            'total differs' as cause
        from breaks_found
        left join
            sides_compared
            on breaks_found.legal_entity_id = sides_compared.legal_entity_id
            and breaks_found.as_of = sides_compared.as_of
        where sides_compared.source_doc_id is null
    )

select *
from failing_rows
