{{ config(alias="sl_01", meta={"control_id": "SL-01"}) }}
-- Guards receivables at every report date: a whole journal or a whole document missing leaves both
-- sides balanced in themselves; only their comparison sees it. Where the totals differ, the source
-- documents that make the difference are named, each once, with the report dates from the first to
-- the last at which it does.
with

    tie_outs as (select * from {{ ref("rpt_subledger_tie_out") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    movements as (select * from {{ ref("int_receivable_movements") }} where receivable_role = 'ar'),

    receipt_movements as (select * from {{ ref("int_receipt_movements") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    breaks_found as (
        select tie_outs.as_of, tie_outs.legal_entity_id, tie_outs.difference
        from tie_outs
        inner join legal_entities on tie_outs.legal_entity_id = legal_entities.legal_entity_id
        where
            tie_outs.control_account = 'ar'
            and legal_entities.ledger <> 'derived'
            and (tie_outs.difference is null or abs(tie_outs.difference) > {{ tolerance_of("SL-01") }})
    ),

    entities_with_unapplied_account as (
        select distinct legal_entity_id from tie_outs where control_account = 'unapplied'
    ),

    subledger_by_source_document as (
        select
            legal_entity_id,
            case when is_opening_item then 'opening' else movement_id end as source_doc_id,
            effective_date as posting_date,
            functional_change as subledger,
            cast(0 as decimal(18, 4)) as ledger
        from movements
        where movement_type <> 'unexplained_clearing'
        union all
        select
            legal_entity_id,
            doc_id as source_doc_id,
            effective_date as posting_date,
            functional_change as subledger,
            cast(0 as decimal(18, 4)) as ledger
        from movements
        where movement_type = 'unexplained_clearing'
        union all
        -- without an account for unapplied cash, receipts stand on receivables
        select
            receipt_movements.legal_entity_id,
            receipt_movements.movement_id as source_doc_id,
            receipt_movements.effective_date as posting_date,
            - receipt_movements.functional_change as subledger,
            cast(0 as decimal(18, 4)) as ledger
        from receipt_movements
        left join
            entities_with_unapplied_account
            on receipt_movements.legal_entity_id = entities_with_unapplied_account.legal_entity_id
        where entities_with_unapplied_account.legal_entity_id is null
    ),

    ledger_by_source_document as (
        select
            legal_entity_id,
            case
                when source_type = 'opening' then 'opening' else coalesce(source_doc_id, journal_id)
            end as source_doc_id,
            posting_date,
            cast(0 as decimal(18, 4)) as subledger,
            amount as ledger
        from journal_lines
        where control_of = 'ar'
    ),

    sides_unioned as (
        select *
        from subledger_by_source_document
        union all
        select *
        from ledger_by_source_document
    ),

    sides_compared as (
        select
            breaks_found.as_of,
            breaks_found.legal_entity_id,
            sides.source_doc_id,
            sum(sides.subledger) as subledger,
            sum(sides.ledger) as ledger
        from breaks_found
        inner join
            sides_unioned as sides
            on breaks_found.legal_entity_id = sides.legal_entity_id
            and breaks_found.as_of >= sides.posting_date
        group by breaks_found.as_of, breaks_found.legal_entity_id, sides.source_doc_id
        having sum(sides.subledger) <> sum(sides.ledger)
    ),

    documents_named as (
        select legal_entity_id, source_doc_id, min(as_of) as first_as_of, max(as_of) as last_as_of
        from sides_compared
        group by legal_entity_id, source_doc_id
    ),

    unexplained_clearings as (
        select distinct legal_entity_id, doc_id from movements where movement_type = 'unexplained_clearing'
    ),

    failing_rows as (
        select
            'SL-01' as control_id,
            documents_named.first_as_of as as_of,
            documents_named.legal_entity_id,
            documents_named.source_doc_id as business_key,
            cast(abs(sides_compared.subledger - sides_compared.ledger) as decimal(18, 4)) as amount_at_risk,
            cast(sides_compared.subledger as string) as expected,
            cast(sides_compared.ledger as string) as actual,
            cast(sides_compared.subledger - sides_compared.ledger as decimal(18, 4)) as difference,
            documents.source_system,
            documents.source_file,
            documents.source_line,
            documents_named.last_as_of,
            case
                when unexplained_clearings.doc_id is not null
                then 'cleared, but the document that clears it is not delivered'
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
            documents
            on documents_named.legal_entity_id = documents.legal_entity_id
            and documents_named.source_doc_id = documents.doc_id
        left join
            unexplained_clearings
            on documents_named.legal_entity_id = unexplained_clearings.legal_entity_id
            and documents_named.source_doc_id = unexplained_clearings.doc_id
        union all
        -- a break without a single differing document cannot be, and is shown rather than lost
        select
            'SL-01' as control_id,
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
