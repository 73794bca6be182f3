{%- set statement_totals = ["net_revenue", "net_income", "operating_cash_flow"] -%}
with

    terms_of_documents as (select * from {{ ref("int_metric_terms_of_companies") }}),

    totals as (select * from {{ ref("int_statement_totals") }}),

    months_back as (select * from {{ ref("int_credit_sales_months") }}),

    terms as (
        select terms_of_documents.*, totals.net_revenue, totals.net_income, totals.operating_cash_flow
        from terms_of_documents
        left join
            totals
            on terms_of_documents.legal_entity_id = totals.legal_entity_id
            and terms_of_documents.period = totals.period
    ),

    receivables_at_dates as (select legal_entity_id, as_of, receivables from terms),

    dso_taken as ({{ dso_metrics("receivables_at_dates", "months_back", ["legal_entity_id", "as_of"]) }}),

    other_metrics_taken as ({{ kpi_metrics("terms", ["legal_entity_id"], statement_totals) }}),

    metrics_unioned as (
        select as_of, legal_entity_id, metric_id, value, numerator, denominator, null_reason
        from dso_taken
        union all
        select as_of, legal_entity_id, metric_id, value, numerator, denominator, null_reason
        from other_metrics_taken
    )

select *
from metrics_unioned
