-- What orders not yet known bring in each week, in cash and to be billed: their value, week by week,
-- times the share of it that comes so many weeks later, both as seen before the origin.
with

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    new_order_weeks as (select * from {{ ref("int_forecast_new_order_weeks") }}),

    usual_weeks as (select * from {{ ref("int_forecast_usual_weeks") }}),

    curves as (select * from {{ ref("int_forecast_business_curves") }}),

    amounts_expected as (
        select
            curves.measure,
            usual_weeks.origin_date,
            usual_weeks.legal_entity_id,
            usual_weeks.currency,
            weeks.horizon_week,
            {{ exact_sum("usual_weeks.weekly_value * new_order_weeks.usual_weeks * curves.share") }}
            as amount_functional
        from usual_weeks
        inner join weeks on usual_weeks.origin_date = weeks.origin_date
        inner join
            new_order_weeks
            on usual_weeks.origin_date = new_order_weeks.origin_date
            and usual_weeks.legal_entity_id = new_order_weeks.legal_entity_id
            and weeks.horizon_week >= new_order_weeks.order_week
        inner join
            curves
            on usual_weeks.origin_date = curves.origin_date
            and usual_weeks.legal_entity_id = curves.legal_entity_id
            and weeks.horizon_week - new_order_weeks.order_week = curves.lag_weeks
        group by
            curves.measure,
            usual_weeks.origin_date,
            usual_weeks.legal_entity_id,
            usual_weeks.currency,
            weeks.horizon_week
    )

select *
from amounts_expected
