{{ config(alias="fc_01", meta={"control_id": "FC-01"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards against planning on a forecast that is not there, or that has been wrong more than was
-- agreed: without it a forecast that drifts would go on being published as if it were good. Judged
-- is the forecast as published, total receipts of the group; a horizon counts once 26 origins are
-- complete, and how often the interval held counts over all weeks together.
{%- set fewest_origins = 26 %}
with

    as_of as (select * from {{ ref("int_as_of") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    forecast as (select * from {{ ref("rpt_cash_forecast") }} where line = 'total_receipts'),

    accuracy as (
        select *
        from {{ ref("rpt_cash_forecast_accuracy") }}
        where model = 'product' and n_origins >= {{ fewest_origins }}
    ),

    forecasts_missing as (
        select
            legal_entities.legal_entity_id,
            'forecast' as horizon,
            'weeks' as metric,
            13 as limit_value,
            count(forecast.week_start) as value
        from legal_entities
        cross join as_of
        left join
            forecast
            on legal_entities.legal_entity_id = forecast.legal_entity_id
            and as_of.as_of = forecast.origin_date
        group by legal_entities.legal_entity_id
        having count(forecast.week_start) <> 13
    ),

    coverage_pooled as (
        select sum(coverage_80 * n_origins) / sum(n_origins) as value
        from accuracy
        where horizon like 'week_%' and coverage_80 is not null
    ),

    measures_listed as (
        select horizon, 'wape' as metric, {{ limit_of("FC-01", "weekly_wape") }} as limit_value, wape as value
        from accuracy
        where horizon in ('week_1', 'week_2', 'week_3', 'week_4')
        union all
        select
            horizon,
            'wape' as metric,
            case
                horizon
                when 'cumulative_4'
                then {{ limit_of("FC-01", "cumulative_4_wape") }}
                else {{ limit_of("FC-01", "cumulative_13_wape") }}
            end as limit_value,
            wape as value
        from accuracy
        where horizon in ('cumulative_4', 'cumulative_13')
        union all
        select horizon, 'bias' as metric, {{ limit_of("FC-01", "bias") }} as limit_value, abs(bias) as value
        from accuracy
        union all
        -- what must be at least so much stands here with its sign turned
        select
            horizon,
            'skill over due date' as metric,
            - {{ limit_of("FC-01", "weekly_skill") }} as limit_value,
            - skill_vs_due_date as value
        from accuracy
        where horizon in ('week_1', 'week_2', 'week_3', 'week_4')
        union all
        select
            horizon,
            'skill over customer delay' as metric,
            - {{ limit_of("FC-01", "skill_over_customer_delay") }} as limit_value,
            - skill_vs_customer_delay as value
        from accuracy
        where horizon in ('week_1', 'week_2', 'week_3', 'week_4', 'week_5', 'week_6', 'week_7', 'week_8')
        union all
        select
            'all weeks' as horizon,
            'coverage of the interval, least' as metric,
            - {{ limit_of("FC-01", "least_coverage") }} as limit_value,
            - value as value
        from coverage_pooled
        union all
        select
            'all weeks' as horizon,
            'coverage of the interval, greatest' as metric,
            {{ limit_of("FC-01", "greatest_coverage") }} as limit_value,
            value
        from coverage_pooled
    ),

    gates_missed as (
        select legal_entity_id, horizon, metric, limit_value, value
        from forecasts_missing
        union all
        select '*' as legal_entity_id, horizon, metric, limit_value, value
        from measures_listed
        where value > limit_value
    ),

    failing_rows as (
        select
            'FC-01' as control_id,
            as_of.as_of,
            gates_missed.legal_entity_id,
            replace(gates_missed.horizon, '_', ' ') || ' ' || gates_missed.metric as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            cast(abs(gates_missed.limit_value) as string) as expected,
            cast(cast(abs(gates_missed.value) as decimal(18, 4)) as string) as actual,
            cast(gates_missed.value - gates_missed.limit_value as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            gates_missed.horizon,
            gates_missed.metric
        from gates_missed
        cross join as_of
    )

select *
from failing_rows
