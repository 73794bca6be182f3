-- The rate valid on each day: as delivered, else 1 / the opposite pair, else through the reporting
-- currency with both legs valid that day; rounded once to 8 decimals. A day without a rate takes the
-- latest earlier one, at most 4 days old; where there is none, there is no row, and FX-01 judges
-- whether one was needed.
with

    fx_rates as (select * from {{ ref("int_fx_rates") }}),

    pairs as (select * from {{ ref("int_currency_pairs") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    calendar_days as (select * from {{ ref("int_calendar_days") }}),

    validity_set as (
        select
            from_currency,
            to_currency,
            rate,
            rate_date,
            least(
                {{ add_days("rate_date", 4) }},
                coalesce(
                    {{
                        add_days(
                            "lead(rate_date) over (partition by from_currency, to_currency order by rate_date)",
                            -1,
                        )
                    }},
                    date '9999-12-31'
                )
            ) as valid_to
        from fx_rates
        where rate > 0
    ),

    delivered_by_day as (
        select
            validity_set.from_currency,
            validity_set.to_currency,
            calendar_days.calendar_date,
            cast(validity_set.rate as double) as rate
        from validity_set
        inner join
            calendar_days
            on calendar_days.calendar_date between validity_set.rate_date and validity_set.valid_to
    ),

    either_way_by_day as (
        select from_currency, to_currency, calendar_date, rate, 1 as way
        from delivered_by_day
        union all
        select
            to_currency as from_currency,
            from_currency as to_currency,
            calendar_date,
            1 / rate as rate,
            2 as way
        from delivered_by_day
    ),

    reporting_currency_found as (
        select distinct reporting_currency from legal_entities where reporting_currency is not null
    ),

    through_reporting_currency as (
        select
            first_leg.from_currency,
            second_leg.to_currency,
            first_leg.calendar_date,
            first_leg.rate * second_leg.rate as rate,
            2 + first_leg.way * 2 + second_leg.way as way
        from either_way_by_day as first_leg
        inner join
            reporting_currency_found on first_leg.to_currency = reporting_currency_found.reporting_currency
        inner join
            either_way_by_day as second_leg
            on first_leg.to_currency = second_leg.from_currency
            and first_leg.calendar_date = second_leg.calendar_date
        where first_leg.from_currency <> second_leg.to_currency
    ),

    same_currency as (
        select
            pairs.from_currency,
            pairs.to_currency,
            calendar_days.calendar_date,
            cast(1 as double) as rate,
            0 as way
        from pairs
        cross join calendar_days
        where pairs.from_currency = pairs.to_currency
    ),

    ways_unioned as (
        select *
        from same_currency
        union all
        select *
        from either_way_by_day
        where from_currency <> to_currency
        union all
        select *
        from through_reporting_currency
    ),

    best_way_taken as (
        select
            ways_unioned.from_currency,
            ways_unioned.to_currency,
            ways_unioned.calendar_date as rate_date,
            cast(round(ways_unioned.rate, 8) as decimal(18, 8)) as rate,
            row_number() over (
                partition by ways_unioned.from_currency, ways_unioned.to_currency, ways_unioned.calendar_date
                order by ways_unioned.way
            ) as way_rank
        from ways_unioned
        inner join
            pairs
            on ways_unioned.from_currency = pairs.from_currency
            and ways_unioned.to_currency = pairs.to_currency
    ),

    rates_rounded as (
        select from_currency, to_currency, rate_date, rate from best_way_taken where way_rank = 1
    )

select *
from rates_rounded
