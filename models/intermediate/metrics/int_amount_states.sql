-- In which state every cent of the documents and receipts is that count today, and of the
-- versions that do not count any more. Document currency; a receipt and its reversal are both
-- delivered as positive amounts.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_versions as (select * from {{ ref("int_ar_document_versions") }}),

    receivable_movements as (select * from {{ ref("int_receivable_movements") }}),

    receivable_balances as (select * from {{ ref("int_receivable_balances") }}),

    disputes as (select * from {{ ref("int_disputes") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    receipt_versions as (select * from {{ ref("stg_standard__payments_versions") }}),

    receipt_movements as (select * from {{ ref("int_receipt_movements") }}),

    receipt_balances as (select * from {{ ref("int_receipt_balances") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    disputes_summed as (
        select disputes.document_key, sum(disputes.amount) as amount
        from disputes
        inner join as_of on disputes.opened_date <= as_of.as_of
        where
            coalesce(
                disputes.closed_date,
                case when disputes.status = 'open' then date '9999-12-31' else disputes.opened_date end
            )
            > as_of.as_of
        group by disputes.document_key
    ),

    rests_of_documents as (
        -- a dispute takes of what is open, never more
        select
            receivable_balances.document_key,
            receivable_balances.open_amount,
            case
                when receivable_balances.open_amount > 0
                then greatest(least(coalesce(disputes_summed.amount, 0), receivable_balances.open_amount), 0)
                else 0
            end as disputed_amount
        from receivable_balances
        inner join
            as_of
            on as_of.as_of >= receivable_balances.valid_from
            and as_of.as_of < receivable_balances.valid_before
        left join disputes_summed on receivable_balances.document_key = disputes_summed.document_key
    ),

    parts_of_documents as (
        select document_key, 'open' as state, open_amount - disputed_amount as amount
        from rests_of_documents
        union all
        select document_key, 'disputed' as state, disputed_amount as amount
        from rests_of_documents
        union all
        select
            movements.document_key,
            case
                movements.movement_type
                when 'application'
                then 'applied'
                when 'credit_application'
                then case when movements.doc_type = 'credit_memo' then 'credit_used' else 'credited' end
                when 'write_off'
                then 'written_off'
                else 'cleared_without_counterpart'
            end as state,
            - movements.amount
            - case when movements.movement_type = 'application' then movements.discount else 0 end as amount
        from receivable_movements as movements
        inner join as_of on movements.effective_date <= as_of.as_of
        where movements.movement_type <> 'posting'
        union all
        select movements.document_key, 'discounted' as state, movements.discount as amount
        from receivable_movements as movements
        inner join as_of on movements.effective_date <= as_of.as_of
        where movements.movement_type = 'application'
        union all
        select
            documents.document_key,
            case when documents.gross is null then 'not_stated' else 'posted_later' end as state,
            documents.gross as amount
        from documents
        cross join as_of
        where documents.gross is null or documents.posting_date > as_of.as_of
    ),

    parts_of_receipts as (
        select receipt_balances.receipt_key, 'unapplied' as state, receipt_balances.unapplied_amount as amount
        from receipt_balances
        inner join
            as_of
            on as_of.as_of >= receipt_balances.valid_from
            and as_of.as_of < receipt_balances.valid_before
        union all
        select
            movements.receipt_key,
            case
                movements.movement_type
                when 'application'
                then 'applied'
                when 'reversal'
                then 'reversed'
                else 'refunded'
            end as state,
            - movements.amount as amount
        from receipt_movements as movements
        inner join as_of on movements.effective_date <= as_of.as_of
        where movements.movement_type <> 'receipt'
        union all
        select
            receipts.receipt_key,
            case when receipts.posting_date > as_of.as_of then 'posted_later' else 'reversal' end as state,
            abs(receipts.amount) as amount
        from receipts
        cross join as_of
        where receipts.reverses_payment_id is not null or receipts.posting_date > as_of.as_of
    ),

    states_unioned as (
        select
            documents.legal_entity_id,
            documents.source_system,
            'invoices' as object,
            documents.currency,
            parts_of_documents.state,
            documents.document_key as item_key,
            parts_of_documents.amount
        from parts_of_documents
        inner join documents on parts_of_documents.document_key = documents.document_key
        union all
        select
            receipts.legal_entity_id,
            receipts.source_system,
            'payments' as object,
            receipts.currency,
            parts_of_receipts.state,
            receipts.receipt_key as item_key,
            parts_of_receipts.amount
        from parts_of_receipts
        inner join receipts on parts_of_receipts.receipt_key = receipts.receipt_key
        union all
        select
            versions.legal_entity_id,
            versions.source_system,
            'invoices' as object,
            versions.currency,
            case when versions.version_age > 1 then 'superseded' else 'deleted' end as state,
            versions.document_key as item_key,
            versions.gross as amount
        from document_versions as versions
        left join documents on versions.document_key = documents.document_key
        where versions.version_age > 1 or documents.document_key is null
        union all
        select
            versions.legal_entity_id,
            versions.source_system,
            'payments' as object,
            versions.currency,
            case when versions.version_age > 1 then 'superseded' else 'deleted' end as state,
            versions.source_system || ':' || versions.payment_id as item_key,
            versions.amount
        from receipt_versions as versions
        where versions.version_age > 1 or versions.is_deleted or not versions.is_present
    ),

    states_summed as (
        select
            legal_entity_id,
            source_system,
            object,
            currency,
            state,
            cast(sum(amount) as decimal(38, 4)) as amount,
            count(distinct item_key) as items,
            count(distinct case when amount is null then item_key end) as items_without_amount
        from states_unioned
        where amount is distinct from 0
        group by legal_entity_id, source_system, object, currency, state
    )

select *
from states_summed
