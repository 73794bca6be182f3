{{ config(alias="ca_03", meta={"control_id": "CA-03", "escalates": true}) }}
-- Guards receivables against money that came once and was entered twice. The same end-to-end id is
-- the same transfer; the same payer, amount and nearly the same value date may be. A receipt that was
-- reversed is no longer there to be doubled, and the word that banks put where a payer gave no id is
-- none.
with

    receipts as (select * from {{ ref("int_receipts") }}),

    bank_statement_lines as (select * from {{ ref("int_bank_statement_lines") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    value_dates_found as (
        select receipt_key, min(value_date) as value_date
        from bank_statement_lines
        where receipt_key is not null and value_date is not null
        group by receipt_key
    ),

    reversals_summed as (
        select reversed_receipt_key as receipt_key, sum(amount) as amount
        from receipts
        where reversed_receipt_key is not null
        group by reversed_receipt_key
    ),

    receipts_standing as (
        select
            receipts.*,
            coalesce(value_dates_found.value_date, receipts.posting_date) as value_date,
            case
                when upper(receipts.end_to_end_id) <> 'NOTPROVIDED' then receipts.end_to_end_id
            end as transfer_id
        from receipts
        cross join as_of
        left join value_dates_found on receipts.receipt_key = value_dates_found.receipt_key
        left join reversals_summed on receipts.receipt_key = reversals_summed.receipt_key
        where
            receipts.posting_date <= as_of.as_of
            and receipts.reverses_payment_id is null
            and receipts.amount + coalesce(reversals_summed.amount, 0) <> 0
    ),

    neighbours_found as (
        select
            *,
            lag(receipt_key) over (
                partition by legal_entity_id, transfer_id order by value_date, receipt_key
            ) as same_transfer_key,
            lag(receipt_key) over (
                partition by legal_entity_id, customer_key, currency, amount order by value_date, receipt_key
            ) as same_amount_key,
            lag(value_date) over (
                partition by legal_entity_id, customer_key, currency, amount order by value_date, receipt_key
            ) as same_amount_date
        from receipts_standing
    ),

    doubles_found as (
        select
            *,
            case
                when transfer_id is not null and same_transfer_key is not null
                then same_transfer_key
                when
                    customer_key is not null
                    and same_amount_key is not null
                    and {{ days_between("same_amount_date", "value_date") }} <= {{ tolerance_of("CA-03") }}
                then same_amount_key
            end as other_receipt_key,
            transfer_id is not null and same_transfer_key is not null as blocks
        from neighbours_found
    ),

    failing_rows as (
        select
            'CA-03' as control_id,
            doubles_found.posting_date as as_of,
            doubles_found.legal_entity_id,
            doubles_found.payment_id as business_key,
            abs(doubles_found.amount_functional) as amount_at_risk,
            'one receipt' as expected,
            'also '
            || others.payment_id
            || case
                when doubles_found.blocks
                then ' with end-to-end id ' || doubles_found.transfer_id
                else ' of ' || cast(others.value_date as string)
            end as actual,
            doubles_found.amount as difference,
            doubles_found.source_system,
            doubles_found.source_file,
            doubles_found.source_line,
            doubles_found.blocks,
            doubles_found.customer_id,
            doubles_found.currency,
            doubles_found.value_date,
            doubles_found.end_to_end_id,
            others.payment_id as other_payment_id,
            others.customer_id as other_customer_id,
            others.amount as other_amount,
            others.value_date as other_value_date,
            others.source_file as other_source_file,
            others.source_line as other_source_line
        from doubles_found
        inner join receipts_standing as others on doubles_found.other_receipt_key = others.receipt_key
    )

select *
from failing_rows
