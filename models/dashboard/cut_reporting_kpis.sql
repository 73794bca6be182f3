{%- set statement_totals = ["net_revenue", "net_income", "operating_cash_flow"] -%}
-- The metrics of each entity in the reporting currency: the terms of rpt_kpis translated as the group
-- translates them, for one entity alone. Entities whose rate is missing have no row.
with

    terms_of_companies as (
        select *, legal_entity_id as entity
        from {{ ref("int_metric_terms_of_companies") }}
        where legal_entity_id <> '*'
    ),

    terms_translated as (
        {{ translate_terms("terms_of_companies", ["entity"], ["recognised_minus_invoiced"]) }}
    ),

    legal_entities as (select * from {{ ref("int_legal_entities") }} where reporting_currency is not null),

    mean_rates as (
        select distinct
            legal_entity_id,
            period,
            cast(substr(period, 1, 4) as integer) * 12
            + cast(substr(period, 6, 2) as integer) as month_number,
            average_rate
        from {{ ref("int_translation_rates") }}
    ),

    totals as (select * from {{ ref("int_statement_totals") }}),

    months_of_sales as (select * from {{ ref("int_credit_sales_months") }}),

    totals_translated as (
        select
            totals.legal_entity_id,
            totals.period,
            {%- for total in statement_totals %}
                {{
                    translate(
                        "totals." ~ total, "mean_rates.average_rate", "legal_entities.reporting_minor_units"
                    )
                }} as {{ total }} {{- "," if not loop.last }}
            {%- endfor %}
        from totals
        inner join legal_entities on totals.legal_entity_id = legal_entities.legal_entity_id
        inner join
            mean_rates
            on totals.legal_entity_id = mean_rates.legal_entity_id
            and totals.period = mean_rates.period
    ),

    terms as (
        select
            terms_translated.*,
            totals_translated.net_revenue,
            totals_translated.net_income,
            totals_translated.operating_cash_flow
        from terms_translated
        left join
            totals_translated
            on terms_translated.entity = totals_translated.legal_entity_id
            and terms_translated.period = totals_translated.period
    ),

    months_back as (
        select
            months_of_sales.legal_entity_id as entity,
            months_of_sales.as_of,
            months_of_sales.months_counted,
            {{
                translate(
                    "months_of_sales.sales",
                    "mean_rates.average_rate",
                    "legal_entities.reporting_minor_units",
                )
            }} as sales,
            months_of_sales.days
        from months_of_sales
        inner join legal_entities on months_of_sales.legal_entity_id = legal_entities.legal_entity_id
        inner join
            mean_rates
            on months_of_sales.legal_entity_id = mean_rates.legal_entity_id
            and extract(year from months_of_sales.as_of) * 12
            + extract(month from months_of_sales.as_of)
            - months_of_sales.months_counted
            + 1
            = mean_rates.month_number
    ),

    receivables_at_dates as (select entity, as_of, receivables from terms),

    dso_taken as ({{ dso_metrics("receivables_at_dates", "months_back", ["entity", "as_of"]) }}),

    other_metrics_taken as ({{ kpi_metrics("terms", ["entity"], statement_totals) }}),

    metrics_unioned as (
        select as_of, entity as legal_entity_id, metric_id, value, numerator, denominator, null_reason
        from dso_taken
        union all
        select as_of, entity as legal_entity_id, metric_id, value, numerator, denominator, null_reason
        from other_metrics_taken
    ),

    metrics_typed as (
        select
            as_of,
            legal_entity_id,
            metric_id,
            cast(value as double) as value,
            cast(numerator as decimal(18, 4)) as numerator,
            cast(denominator as decimal(18, 4)) as denominator,
            null_reason
        from metrics_unioned
    )

select *
from metrics_typed
