-- Credit limit and exposure of each customer at the run's as-of date, in the currency of its limit.
with

    exposures as (select * from {{ ref("int_credit_exposures") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    limits_compared as (
        select
            as_of.as_of,
            exposures.legal_entity_id,
            exposures.customer_key,
            exposures.limit_currency as currency,
            exposures.credit_limit,
            exposures.open_receivables,
            exposures.unbilled,
            exposures.open_orders,
            exposures.exposure,
            cast(exposures.credit_limit - exposures.exposure as decimal(18, 4)) as headroom,
            exposures.exposure > exposures.credit_limit as is_above_limit,
            exposures.lacks_rate
        from exposures
        cross join as_of
        where exposures.legal_entity_id is not null
    )

select *
from limits_compared
