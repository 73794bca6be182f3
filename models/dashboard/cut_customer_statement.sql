-- The account of each customer with each entity: what was billed and paid, what discounts, write-offs
-- and rates took, and the balance after each. The balance is open items less cash not applied, so an
-- application shows only where it changes it, by a discount or by a difference of rates.
with

    receivable_movements as (select * from {{ ref("int_receivable_movements") }}),

    receipt_movements as (select * from {{ ref("int_receipt_movements") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    movements_unioned as (
        select
            documents.customer_key,
            movements.legal_entity_id,
            movements.source_system,
            movements.movement_key,
            case
                movements.movement_type
                when 'posting'
                then movements.doc_type
                when 'application'
                then 'discount or exchange'
                when 'credit_application'
                then 'exchange'
                else movements.movement_type
            end as kind,
            movements.movement_type = 'posting' as is_document,
            case
                when movements.movement_type = 'posting' then movements.doc_id else movements.movement_id
            end as number,
            movements.effective_date,
            movements.currency as document_currency,
            case when movements.movement_type = 'posting' then movements.amount end as document_amount,
            movements.functional_change as amount
        from receivable_movements as movements
        inner join documents on movements.document_key = documents.document_key
        union all
        select
            receipts.customer_key,
            movements.legal_entity_id,
            movements.source_system,
            movements.movement_key,
            case
                movements.movement_type
                when 'application'
                then 'discount or exchange'
                else movements.movement_type
            end as kind,
            movements.movement_type <> 'application' as is_document,
            case
                when movements.movement_type = 'receipt' then movements.payment_id else movements.movement_id
            end as number,
            movements.effective_date,
            movements.currency as document_currency,
            case when movements.movement_type <> 'application' then - movements.amount end as document_amount,
            - movements.functional_change as amount
        from receipt_movements as movements
        inner join receipts on movements.receipt_key = receipts.receipt_key
    ),

    movements_netted as (
        select
            customer_key,
            legal_entity_id,
            source_system,
            movement_key,
            kind,
            number,
            effective_date,
            bool_or(is_document) as is_document,
            case when bool_or(is_document) then max(document_currency) end as document_currency,
            cast(sum(document_amount) as decimal(18, 4)) as document_amount,
            {{ sum_money("amount") }} as amount
        from movements_unioned
        where customer_key is not null
        group by customer_key, legal_entity_id, source_system, movement_key, kind, number, effective_date
    ),

    balances_run as (
        select
            movements.legal_entity_id,
            movements.customer_key,
            movements.effective_date as posting_date,
            row_number() over account_by_day as position_in_account,
            movements.kind,
            movements.source_system,
            movements.number,
            movements.document_currency,
            movements.document_amount,
            legal_entities.functional_currency as currency,
            movements.amount,
            sum(movements.amount) over account_by_day as balance
        from movements_netted as movements
        inner join legal_entities on movements.legal_entity_id = legal_entities.legal_entity_id
        where movements.is_document or movements.amount <> 0
        window
            account_by_day as (
                partition by movements.legal_entity_id, movements.customer_key
                order by
                    movements.effective_date,
                    movements.is_document desc,
                    movements.kind,
                    movements.number,
                    movements.movement_key
                rows between unbounded preceding and current row
            )
    ),

    statement_typed as (
        select
            legal_entity_id,
            customer_key,
            cast(position_in_account as integer) as position_in_account,
            posting_date,
            kind,
            source_system,
            number,
            document_currency,
            document_amount,
            currency,
            amount,
            cast(balance as decimal(18, 4)) as balance
        from balances_run
    )

select *
from statement_typed
