-- What each application is worth on both sides: the document relieved at its own rate, the receipt
-- or credit memo used up at its rate, the discount and its tax at the document's.
with

    applications as (select * from {{ ref("int_applications") }}),

    receivable_movements as (select * from {{ ref("int_receivable_movements") }}),

    receipt_movements as (select * from {{ ref("int_receipt_movements") }}),

    sides_valued as (
        select
            applications.*,
            - document_side.functional_change as amount_functional_relieved,
            document_side.discount_functional,
            document_side.discount_tax_functional,
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
            *,
            case
                source_type
                when 'payment'
                then cash_functional + discount_functional - amount_functional_relieved
                when 'credit_memo'
                then memo_functional - amount_functional_relieved
                else 0
            end as fx_difference
        from sides_valued
    )

select *
from differences_taken
