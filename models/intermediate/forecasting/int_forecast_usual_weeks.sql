-- The value of a usual week's new business, of two years at most, recent weeks counting more and
-- the season of each week taken out.
with

    business_weeks as (select * from {{ ref("int_forecast_business_weeks") }}),

    seasons as (select * from {{ ref("int_forecast_seasons") }}),

    order_delays as (select * from {{ ref("int_forecast_order_delays") }}),

    spans_known as (
        select origin_date, legal_entity_id, least(max(weeks_ago), 104) as weeks_seen
        from business_weeks
        group by origin_date, legal_entity_id
    ),

    ages_listed as ({{ number_range(1, 104, "weeks_ago") }}),

    weights_summed as (
        select
            spans_known.origin_date,
            spans_known.legal_entity_id,
            {{
                exact_sum(
                    "coalesce(order_delays.known_share, 1) * power(0.5, ages_listed.weeks_ago / "
                    ~ forecast_setting("order_half_life_weeks")
                    ~ ".0)"
                )
            }} as weight
        from spans_known
        inner join ages_listed on ages_listed.weeks_ago <= spans_known.weeks_seen
        left join
            order_delays
            on spans_known.origin_date = order_delays.origin_date
            and spans_known.legal_entity_id = order_delays.legal_entity_id
            and ages_listed.weeks_ago = order_delays.weeks_ago
        group by spans_known.origin_date, spans_known.legal_entity_id
    ),

    weeks_without_season as (
        select
            business_weeks.origin_date,
            business_weeks.legal_entity_id,
            business_weeks.currency,
            business_weeks.weeks_ago,
            business_weeks.value / coalesce(seasons.season, 1) as value
        from business_weeks
        left join
            seasons
            on business_weeks.origin_date = seasons.origin_date
            and business_weeks.legal_entity_id = seasons.legal_entity_id
            and extract(month from {{ add_days("business_weeks.business_week", 3) }}) = seasons.calendar_month
        where business_weeks.weeks_ago between 1 and 104
    ),

    usual_weeks as (
        select
            weeks_without_season.origin_date,
            weeks_without_season.legal_entity_id,
            weeks_without_season.currency,
            {{
                exact_sum(
                    "weeks_without_season.value * power(0.5, weeks_without_season.weeks_ago / "
                    ~ forecast_setting("order_half_life_weeks")
                    ~ ".0)"
                )
            }} / max(weights_summed.weight) as weekly_value
        from weeks_without_season
        inner join
            weights_summed
            on weeks_without_season.origin_date = weights_summed.origin_date
            and weeks_without_season.legal_entity_id = weights_summed.legal_entity_id
        group by
            weeks_without_season.origin_date,
            weeks_without_season.legal_entity_id,
            weeks_without_season.currency
    )

select *
from usual_weeks
