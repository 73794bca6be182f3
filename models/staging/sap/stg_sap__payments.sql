-- A receipt is what a customer payment document takes off a customer's account, less what it charges
-- to the result (discounts taken, small differences): so it equals what reached the bank. SAP posts
-- it straight to the receivables account. Cleared items are no receipts.
{{ config(materialized="table") }}

with

    receivable_items as (select * from {{ ref("stg_sap__receivable_items") }}),

    posted_lines as (select * from {{ ref("stg_sap__posted_lines") }}),

    deductions as (select * from {{ ref("stg_sap__deductions") }}),

    payment_items as (
        select
            *,
            row_number() over (partition by source_system, owner_id order by amount, item_number) as item_rank
        from receivable_items
        where owner_type = 'payment'
    ),

    items_summed as (
        select
            source_system,
            owner_id,
            cast(sum(amount) as decimal(18, 4)) as amount,
            cast(sum(amount_functional) as decimal(18, 4)) as amount_functional
        from payment_items
        group by source_system, owner_id
    ),

    bank_lines_ranked as (
        select
            source_system,
            document_id,
            account_id,
            reference_text,
            row_number() over (
                partition by source_system, document_id order by abs(amount) desc, item_number
            ) as line_rank
        from posted_lines
        where account_class = 'S' and not is_result and not is_tax
    ),

    receipts_measured as (
        select
            payment_items.*,
            bank_lines_ranked.account_id as bank_account_id,
            bank_lines_ranked.reference_text as remittance_text,
            - items_summed.amount - coalesce(deductions.amount, 0) as cash,
            - items_summed.amount_functional - coalesce(deductions.amount_functional, 0) as cash_functional
        from payment_items
        inner join
            items_summed
            on payment_items.source_system = items_summed.source_system
            and payment_items.owner_id = items_summed.owner_id
        left join
            deductions
            on payment_items.source_system = deductions.source_system
            and payment_items.owner_id = deductions.payment_id
        left join
            bank_lines_ranked
            on payment_items.source_system = bank_lines_ranked.source_system
            and payment_items.document_id = bank_lines_ranked.document_id
            and bank_lines_ranked.line_rank = 1
        where payment_items.item_rank = 1
    ),

    receipts_described as (
        select
            source_system,
            owner_id as payment_id,
            company_code as legal_entity_id,
            customer_id,
            bank_account_id,
            posting_date,
            currency,
            {{
                sap_rate(
                    "cash",
                    "cash_functional",
                    "rate",
                    "currency",
                    "functional_currency",
                    "functional_minor_units",
                )
            }} as fx_rate,
            cast(abs(cash) as decimal(18, 4)) as amount,
            remittance_text,
            cast(null as varchar) as end_to_end_id,
            case when cash < 0 then reversal_document_id end as reverses_payment_id,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ sap_known_at("posting_date") }}
        from receipts_measured
        where cash > 0 or (cash < 0 and reversal_document_id is not null)
    )

select *
from receipts_described
