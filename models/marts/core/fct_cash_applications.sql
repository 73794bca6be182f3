-- Debit unapplied cash (or the credit memo), discount and its tax; credit receivables at the document's
-- rate: what then
-- does not balance is the realised exchange difference.
with

    applications as (select * from {{ ref("int_applications") }}),

    receivable_movements as (select * from {{ ref("int_receivable_movements") }}),

    receipt_movements as (select * from {{ ref("int_receipt_movements") }}),

    sides_valued as (
        select
            applications.*,
            - document_side.functional_change as amount_functional_relieved,
            document_side.discount_functional,
            - receipt_side.functional_change as cash_functional,
            memo_side.functional_change as memo_functional
        from applications
        left join
            receivable_movements as document_side
            on applications.document_key = document_side.document_key
            and coalesce(applications.write_off_key, applications.application_key)
            = document_side.movement_key
            and document_side.movement_type = case
                applications.source_type
                when 'payment'
                then 'application'
                when 'credit_memo'
                then 'credit_application'
                else 'write_off'
            end
            and (applications.source_type <> 'credit_memo' or document_side.amount = - applications.amount)
        left join
            receipt_movements as receipt_side
            on applications.receipt_key = receipt_side.receipt_key
            and applications.application_key = receipt_side.movement_key
            and receipt_side.movement_type = 'application'
        left join
            receivable_movements as memo_side
            on applications.credit_memo_key = memo_side.document_key
            and applications.application_key = memo_side.movement_key
            and memo_side.movement_type = 'credit_application'
            and memo_side.amount = applications.amount
    ),

    differences_taken as (
        select
            application_key,
            source_system,
            application_id,
            source_type,
            source_id,
            receipt_key,
            credit_memo_key,
            document_key,
            doc_id,
            legal_entity_id,
            posting_date,
            amount,
            discount,
            cast(amount_functional_relieved as decimal(18, 4)) as amount_functional_relieved,
            cast(
                case
                    source_type
                    when 'payment'
                    then cash_functional + discount_functional - amount_functional_relieved
                    when 'credit_memo'
                    then memo_functional - amount_functional_relieved
                    else 0
                end as decimal(18, 4)
            ) as fx_difference,
            'given' as method,
            cast(1 as decimal(18, 6)) as confidence,
            is_opening_item,
            {{ lineage() }}
        from sides_valued
    )

select *
from differences_taken
