{%- set keys = ["legal_entity_id", "segment"] -%}
with

    metric_terms as (select * from {{ ref("int_metric_terms") }}),

    customers as (select * from {{ ref("int_customers") }}),

    segments_of_customers as (
        select customers_with_terms.customer_key, coalesce(customers.segment, 'unallocated') as segment
        from (select distinct customer_key from metric_terms) as customers_with_terms
        left join customers on customers_with_terms.customer_key = customers.customer_key
    ),

    terms_of_entities as ({{ terms_of_slices("segment", "segments_of_customers") }}),

    terms_of_group as ({{ translate_terms("terms_of_entities", ["segment"]) }}),

    group_periods_numbered as (
        select * exclude (period_number), dense_rank() over (order by period) as period_number
        from terms_of_group
    ),

    terms as (
        select *
        from terms_of_entities
        union all by name
        select *
        from group_periods_numbered
    ),

    receivables_at_dates as (select legal_entity_id, segment, as_of, receivables from terms where has_begun),

    months_back as ({{ months_of_slices("terms", keys) }}),

    dso_taken as ({{ dso_metrics("receivables_at_dates", "months_back", keys + ["as_of"]) }}),

    other_metrics_taken as ({{ kpi_metrics("terms", keys) }}),

    metrics_unioned as (
        select as_of, legal_entity_id, segment, metric_id, value, numerator, denominator, null_reason
        from dso_taken
        union all
        select as_of, legal_entity_id, segment, metric_id, value, numerator, denominator, null_reason
        from other_metrics_taken
    )

select *
from metrics_unioned
