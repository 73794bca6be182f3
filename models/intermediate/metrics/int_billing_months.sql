-- What was billed per month and customer segment, at the documents' rates and at the rates of the
-- month before. A month of the delivered sales history has no segments, and no rates of its own.
with

    documents as (select * from {{ ref("int_ar_documents") }} where receivable_role = 'ar'),

    customers as (select * from {{ ref("int_customers") }}),

    credit_sales as (select * from {{ ref("int_credit_sales") }}),

    rates_before as (select * from {{ ref("int_mean_rates") }}),

    documents_valued as (
        select
            documents.legal_entity_id,
            coalesce(customers.segment, 'unallocated') as segment,
            {{ month_start("documents.posting_date") }} as month_start_date,
            documents.doc_type,
            documents.gross_functional,
            case
                when documents.currency = documents.functional_currency
                then documents.gross_functional
                else
                    {{
                        translate(
                            "documents.gross",
                            "coalesce(rates_before.mean_rate, documents.fx_rate)",
                            "documents.functional_minor_units",
                        )
                    }}
            end as gross_at_rates_before
        from documents
        left join customers on documents.customer_key = customers.customer_key
        left join
            rates_before
            on documents.currency = rates_before.from_currency
            and documents.functional_currency = rates_before.to_currency
            and {{ month_start("documents.posting_date") }} = rates_before.next_month_start_date
        where not documents.is_opening_item and documents.gross_functional is not null
    ),

    documents_summed as (
        select
            legal_entity_id,
            month_start_date,
            segment,
            {{ sum_money("case when doc_type <> 'credit_memo' then gross_functional end") }} as billed,
            {{ sum_money("case when doc_type <> 'credit_memo' then gross_at_rates_before end") }}
            as billed_at_rates_before,
            {{ sum_money("gross_at_rates_before") }} as credit_sales_at_rates_before
        from documents_valued
        group by legal_entity_id, month_start_date, segment
    ),

    first_months_found as (
        select legal_entity_id, min(month_start_date) as first_month_start_date
        from documents_summed
        group by legal_entity_id
    ),

    history_summed as (
        select
            credit_sales.legal_entity_id,
            credit_sales.month_start_date,
            {{ sum_money("credit_sales.amount") }} as credit_sales
        from credit_sales
        left join first_months_found on credit_sales.legal_entity_id = first_months_found.legal_entity_id
        where
            credit_sales.month_start_date
            < coalesce(first_months_found.first_month_start_date, date '9999-12-31')
        group by credit_sales.legal_entity_id, credit_sales.month_start_date
    ),

    months_unioned as (
        select
            legal_entity_id,
            month_start_date,
            segment,
            true as has_segments,
            billed,
            billed_at_rates_before,
            credit_sales_at_rates_before
        from documents_summed
        union all
        select
            legal_entity_id,
            month_start_date,
            'unallocated' as segment,
            false as has_segments,
            credit_sales as billed,
            credit_sales as billed_at_rates_before,
            credit_sales as credit_sales_at_rates_before
        from history_summed
        where credit_sales <> 0
    )

select *
from months_unioned
