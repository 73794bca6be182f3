-- The delay that the baseline "due date plus customer delay" adds, in days after the due date: the
-- mean of a payer's payments of a year by amount, drawn towards that of its segment.
with

    history as (select * from {{ ref("int_forecast_history") }}),

    delays_of_payers as (
        select
            origin_date,
            payer_key,
            segment,
            count(*) as payments,
            {{ exact_sum("cast(gross as double) * (" ~ days_between("due_date", "last_paid_on") ~ ")") }}
            as total,
            {{ exact_sum("cast(gross as double)") }} as amount
        from history
        where
            is_paid
            and last_paid_on > {{ add_days("origin_date", "- " ~ forecast_setting("delay_days_of_history")) }}
        group by origin_date, payer_key, segment
    ),

    delays_of_segments as (
        select origin_date, segment, {{ exact_sum("total") }} / {{ exact_sum("amount") }} as delay_days
        from delays_of_payers
        group by origin_date, segment
        having {{ exact_sum("amount") }} > 0
    ),

    delays_of_companies as (
        select origin_date, {{ exact_sum("total") }} / {{ exact_sum("amount") }} as delay_days
        from delays_of_payers
        group by origin_date
        having {{ exact_sum("amount") }} > 0
    ),

    payers as (select distinct origin_date, payer_key, segment from history),

    delays_shrunk as (
        select
            payers.origin_date,
            payers.payer_key,
            cast(
                round(
                    (
                        coalesce(delays_of_payers.payments, 0)
                        * coalesce(delays_of_payers.total / nullif(delays_of_payers.amount, 0), 0)
                        + {{ forecast_setting("delay_customer_weight") }}
                        * coalesce(delays_of_segments.delay_days, delays_of_companies.delay_days, 0)
                    ) / (
                        coalesce(delays_of_payers.payments, 0)
                        + {{ forecast_setting("delay_customer_weight") }}
                    ),
                    0
                ) as integer
            ) as customer_delay_days
        from payers
        left join
            delays_of_payers
            on payers.origin_date = delays_of_payers.origin_date
            and payers.payer_key = delays_of_payers.payer_key
        left join
            delays_of_segments
            on payers.origin_date = delays_of_segments.origin_date
            and payers.segment = delays_of_segments.segment
        left join delays_of_companies on payers.origin_date = delays_of_companies.origin_date
    )

select *
from delays_shrunk
