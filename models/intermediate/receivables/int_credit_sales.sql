-- Gross billed credit sales per day: invoices and debit memos less credit memos, tax included, at
-- the document's rate, opening items left out; before the first invoice, the delivered history per
-- month. Every month of an entity stands.
with

    documents as (select * from {{ ref("int_ar_documents") }} where receivable_role = 'ar'),

    sales_history as ({{ union_kinds("sales_history") }}),

    report_periods as (select * from {{ ref("int_report_periods") }}),

    billed_by_day as (
        select legal_entity_id, posting_date as sales_date, sum(gross_functional) as amount
        from documents
        where not is_opening_item
        group by legal_entity_id, posting_date
    ),

    first_billed_periods_found as (
        select legal_entity_id, {{ period_of("min(sales_date)") }} as first_period
        from billed_by_day
        group by legal_entity_id
    ),

    history_before_first_invoice as (
        select
            sales_history.legal_entity_id,
            cast(sales_history.period || '-01' as date) as sales_date,
            sales_history.gross_credit_sales as amount
        from sales_history
        left join
            first_billed_periods_found
            on sales_history.legal_entity_id = first_billed_periods_found.legal_entity_id
        where sales_history.period < coalesce(first_billed_periods_found.first_period, '9999-12')
    ),

    sales_unioned as (
        select legal_entity_id, sales_date, amount
        from billed_by_day
        union all
        select legal_entity_id, sales_date, amount
        from history_before_first_invoice
        union all
        select legal_entity_id, first_date as sales_date, 0 as amount
        from report_periods
    ),

    sales_by_day as (
        select
            legal_entity_id,
            sales_date,
            {{ period_of("sales_date") }} as period,
            {{ month_start("sales_date") }} as month_start_date,
            {{ month_end("sales_date") }} as month_end_date,
            {{ sum_money("amount") }} as amount
        from sales_unioned
        group by legal_entity_id, sales_date
    )

select *
from sales_by_day
