-- Every scored forecast, the published one and each model's, by week, entity and line beside what
-- came in.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_scored and is_sunday),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    receipts as (select * from {{ ref("int_forecast_receipts") }}),

    model_lines as (select * from {{ ref("int_forecast_group_lines") }}),

    actuals as (
        select origin_date, legal_entity_id, line, horizon_week, {{ sum_money("amount") }} as amount
        from {{ ref("int_forecast_group_actuals") }}
        group by origin_date, legal_entity_id, line, horizon_week
    ),

    forecasts_unioned as (
        select
            receipts.origin_date,
            'product' as model,
            receipts.legal_entity_id,
            receipts.line,
            receipts.horizon_week,
            receipts.expected,
            receipts.p10,
            receipts.p50,
            receipts.p90,
            receipts.model as chosen_model,
            receipts.fallback_reason
        from receipts
        where receipts.span = 'week'
        union all
        select
            origin_date,
            model,
            legal_entity_id,
            line,
            horizon_week,
            amount as expected,
            cast(null as decimal(18, 4)) as p10,
            cast(null as decimal(18, 4)) as p50,
            cast(null as decimal(18, 4)) as p90,
            model as chosen_model,
            cast(null as string) as fallback_reason
        from model_lines
    ),

    outcomes_joined as (
        select
            forecasts_unioned.origin_date,
            forecasts_unioned.model,
            weeks.week_start,
            cast(forecasts_unioned.horizon_week as integer) as horizon_week,
            forecasts_unioned.legal_entity_id,
            forecasts_unioned.line,
            cast(forecasts_unioned.expected as decimal(18, 4)) as expected,
            forecasts_unioned.p10,
            forecasts_unioned.p50,
            forecasts_unioned.p90,
            case
                when weeks.last_day <= as_of.as_of then cast(coalesce(actuals.amount, 0) as decimal(18, 4))
            end as actual,
            forecasts_unioned.chosen_model,
            forecasts_unioned.fallback_reason
        from forecasts_unioned
        inner join origins on forecasts_unioned.origin_date = origins.origin_date
        cross join as_of
        inner join
            weeks
            on forecasts_unioned.origin_date = weeks.origin_date
            and forecasts_unioned.horizon_week = weeks.horizon_week
        left join
            actuals
            on forecasts_unioned.origin_date = actuals.origin_date
            and forecasts_unioned.legal_entity_id = actuals.legal_entity_id
            and forecasts_unioned.line = actuals.line
            and forecasts_unioned.horizon_week = actuals.horizon_week
    )

select *
from outcomes_joined
