{{ config(alias="cr_02", meta={"control_id": "CR-02"}) }}
-- Guards against lending more than was decided. Whether a customer is on hold is not delivered, so
-- every customer above its limit is named. Where the rate of one part is missing, the rest alone may
-- exceed the limit; FX-01 names the rate.
with

    exposures as (select * from {{ ref("int_credit_exposures") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    failing_rows as (
        select
            'CR-02' as control_id,
            as_of.as_of,
            exposures.legal_entity_id,
            exposures.customer_id as business_key,
            {{
                divide_money(
                    times("exposures.exposure_functional", "(exposures.exposure - exposures.credit_limit)"),
                    "exposures.exposure",
                    "2",
                )
            }} as amount_at_risk,
            'at most '
            || cast(exposures.credit_limit as string)
            || ' '
            || exposures.limit_currency as expected,
            cast(exposures.exposure as string) || ' ' || exposures.limit_currency as actual,
            cast(exposures.exposure - exposures.credit_limit as decimal(18, 4)) as difference,
            exposures.source_system,
            exposures.source_file,
            exposures.source_line,
            exposures.open_receivables,
            exposures.unbilled,
            exposures.open_orders,
            exposures.lacks_rate
        from exposures
        cross join as_of
        where exposures.exposure - exposures.credit_limit > {{ tolerance_of("CR-02") }}
    )

select *
from failing_rows
