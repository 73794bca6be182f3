{%- set keys = ["legal_entity_id", "customer_key"] -%}
with

    metric_terms as (select * from {{ ref("int_metric_terms") }}),

    customers as (select * from {{ ref("int_customers") }}),

    customers_with_terms as (select distinct customer_key from metric_terms),

    terms as ({{ terms_of_slices("customer_key", "customers_with_terms") }}),

    receivables_at_dates as (
        select legal_entity_id, customer_key, as_of, receivables from terms where has_begun
    ),

    months_back as ({{ months_of_slices("terms", keys) }}),

    dso_taken as ({{ dso_metrics("receivables_at_dates", "months_back", keys + ["as_of"]) }}),

    other_metrics_taken as ({{ kpi_metrics("terms", keys) }}),

    metrics_unioned as (
        select as_of, legal_entity_id, customer_key, metric_id, value, numerator, denominator, null_reason
        from dso_taken
        union all
        select as_of, legal_entity_id, customer_key, metric_id, value, numerator, denominator, null_reason
        from other_metrics_taken
    ),

    customers_named as (
        select
            metrics_unioned.as_of,
            metrics_unioned.legal_entity_id,
            nullif(metrics_unioned.customer_key, '') as customer_key,
            customers.customer_id,
            metrics_unioned.metric_id,
            metrics_unioned.value,
            metrics_unioned.numerator,
            metrics_unioned.denominator,
            metrics_unioned.null_reason
        from metrics_unioned
        left join customers on metrics_unioned.customer_key = customers.customer_key
    )

select *
from customers_named
