-- What each run said of revenue, and what was billed in the end of the months that are over. The
-- last month of a forecast is meant only as far as its thirteen weeks reach.
with

    published as (select * from {{ ref("int_forecast_published_revenue") }}),

    forecast as (select * from {{ ref("rpt_revenue_forecast") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    billed_days as (select * from {{ ref("int_forecast_billed_days") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    {%- set columns = [
        "origin_date",
        "period",
        "legal_entity_id",
        "billed",
        "backlog",
        "new_orders",
        "expected",
        "p10",
        "p50",
        "p90",
        "run_rate",
    ] %}

    this_run as (select min(run_of_this_build) as run_id from published),

    forecasts_unioned as (
        select
            published.run_id,
            {%- for column in columns %} published.{{ column }}, {%- endfor %}
            cast(published.period || '-01' as date) as first_day
        from published
        where published.run_id is not null
        union all
        select
            this_run.run_id,
            {%- for column in columns %} forecast.{{ column }}, {%- endfor %}
            cast(forecast.period || '-01' as date) as first_day
        from forecast
        cross join this_run
    ),

    spans_taken as (
        select
            *,
            least(
                {{ month_end("first_day") }},
                {{
                    add_days(
                        week_start_of(add_days("origin_date", 1)),
                        "7 * " ~ forecast_setting("horizon_weeks") ~ " - 1",
                    )
                }}
            ) as last_day
        from forecasts_unioned
    ),

    months_forecast as (
        select distinct spans_taken.legal_entity_id, spans_taken.first_day, spans_taken.last_day
        from spans_taken
        inner join as_of on spans_taken.last_day <= as_of.as_of
    ),

    billings_summed as (
        select
            months_forecast.legal_entity_id,
            months_forecast.first_day,
            months_forecast.last_day,
            {{ exact_sum("billed_days.net") }} as net
        from months_forecast
        cross join as_of
        left join
            billed_days
            on months_forecast.legal_entity_id = billed_days.legal_entity_id
            and billed_days.posting_date between months_forecast.first_day and months_forecast.last_day
            and billed_days.valid_from <= as_of.as_of
            and billed_days.valid_before > as_of.as_of
        group by months_forecast.legal_entity_id, months_forecast.first_day, months_forecast.last_day
    ),

    forecasts_compared as (
        select
            spans_taken.run_id,
            {%- for column in columns %} spans_taken.{{ column }}, {%- endfor %}
            {{ round_money("billings_summed.net", "coalesce(legal_entities.functional_minor_units, 2)") }}
            as actual
        from spans_taken
        left join
            billings_summed
            on spans_taken.legal_entity_id = billings_summed.legal_entity_id
            and spans_taken.first_day = billings_summed.first_day
            and spans_taken.last_day = billings_summed.last_day
        left join legal_entities on spans_taken.legal_entity_id = legal_entities.legal_entity_id
    ),

    misses_taken as (select *, cast(actual - expected as decimal(18, 4)) as variance from forecasts_compared)

select *
from misses_taken
