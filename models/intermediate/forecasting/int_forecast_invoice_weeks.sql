-- The published forecast of every open document by week, as the chosen model spreads it; kept with
-- the run, so that a forecast can later be held against what came.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    items as (select * from {{ ref("int_forecast_items") }}),

    item_weeks as (select * from {{ ref("int_forecast_item_weeks") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    choices as (select * from {{ ref("int_forecast_choices") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    weeks_valued as (
        select
            items.origin_date,
            items.document_key,
            items.legal_entity_id,
            weeks.week_start,
            cast(weeks.horizon_week as integer) as horizon_week,
            weeks.first_day,
            weeks.last_day,
            items.has_open_dispute,
            cast(rates.origin_rate as decimal(18, 8)) as origin_rate,
            case
                when choices.model = 'due_date'
                then items.due_date_baseline
                when choices.model = 'customer_delay'
                then items.customer_delay_baseline
                else items.expected_date
            end as expected_date,
            cast(
                round(
                    cast(items.open_amount as double)
                    * cast(rates.origin_rate as double)
                    * coalesce(
                        case
                            choices.model
                            when 'due_date'
                            then item_weeks.due_date_share
                            when 'customer_delay'
                            then item_weeks.customer_delay_share
                            else item_weeks.model_share
                        end,
                        0
                    ),
                    4
                ) as decimal(18, 4)
            ) as expected
        from items
        inner join origins on items.origin_date = origins.origin_date
        inner join weeks on items.origin_date = weeks.origin_date
        inner join
            choices on weeks.origin_date = choices.origin_date and weeks.horizon_week = choices.horizon_week
        inner join
            rates
            on items.origin_date = rates.origin_date
            and items.legal_entity_id = rates.legal_entity_id
            and items.currency = rates.currency
        left join
            item_weeks
            on items.origin_date = item_weeks.origin_date
            and items.document_key = item_weeks.document_key
            and weeks.horizon_week = item_weeks.horizon_week
    )

select *
from weeks_valued
