{{ config(alias="fx_02", meta={"control_id": "FX-02"}) }}
-- Guards every translated figure against a mistyped rate: a jump from the rate that would have
-- been valid without it, or a pair and its inverse that contradict each other. A rate after a
-- longer gap is not compared.
with

    fx_rates as (select * from {{ ref("int_fx_rates") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    rates_until_as_of as (
        select fx_rates.* from fx_rates cross join as_of where fx_rates.rate_date <= as_of.as_of
    ),

    predecessors_found as (
        select
            *,
            lag(rate) over (partition by from_currency, to_currency order by rate_date) as previous_rate,
            lag(rate_date) over (partition by from_currency, to_currency order by rate_date) as previous_date
        from rates_until_as_of
    ),

    jumps_found as (
        -- a day without a rate takes the latest one of the four days before
        select *
        from predecessors_found
        where
            rate <= 0
            or (
                {{ days_between("previous_date", "rate_date") }} <= 4
                and abs(rate - previous_rate) > {{ tolerance_of("FX-02") }} * previous_rate
            )
    ),

    inverses_compared as (
        select
            rates_until_as_of.*,
            inverses.rate as inverse_rate,
            abs(rates_until_as_of.rate * inverses.rate - 1) as product_difference
        from rates_until_as_of
        inner join
            rates_until_as_of as inverses
            on rates_until_as_of.from_currency = inverses.to_currency
            and rates_until_as_of.to_currency = inverses.from_currency
            and rates_until_as_of.rate_date = inverses.rate_date
            and rates_until_as_of.from_currency < inverses.from_currency
    ),

    contradictions_found as (
        -- the smaller of the two is the rounded inverse of the larger
        select *
        from inverses_compared
        where
            product_difference > {{ limit_of("FX-02", "inverse_difference") }} * greatest(rate, inverse_rate)
    ),

    failing_rows as (
        select
            'FX-02' as control_id,
            rate_date as as_of,
            cast(null as string) as legal_entity_id,
            from_currency || ' to ' || to_currency || ' on ' || cast(rate_date as string) as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'near ' || cast(previous_rate as string) as expected,
            cast(rate as string) as actual,
            cast(rate - previous_rate as decimal(18, 8)) as difference,
            source_system,
            source_file,
            source_line,
            'jump' as cause,
            from_currency,
            to_currency,
            rate,
            previous_rate as other_rate,
            previous_date as other_date
        from jumps_found
        union all
        select
            'FX-02' as control_id,
            rate_date as as_of,
            cast(null as string) as legal_entity_id,
            from_currency || ' to ' || to_currency || ' on ' || cast(rate_date as string) as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'the inverse of ' || cast(inverse_rate as string) as expected,
            cast(rate as string) as actual,
            cast(product_difference as decimal(18, 8)) as difference,
            source_system,
            source_file,
            source_line,
            'inverse' as cause,
            from_currency,
            to_currency,
            rate,
            inverse_rate as other_rate,
            rate_date as other_date
        from contradictions_found
    )

select *
from failing_rows
