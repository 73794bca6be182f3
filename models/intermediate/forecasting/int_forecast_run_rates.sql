-- What a week has brought on average, over the thirteen whole weeks before each origin.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    receipts_begun as (select min(posting_date) as first_date from receipts),

    rates_taken as (
        select
            origins.origin_date,
            receipts.legal_entity_id,
            receipts.currency,
            cast(
                {{ exact_sum("cast(receipts.amount_functional as double)") }} / max(
                    least(
                        greatest(
                            {{
                                days_between(
                                    week_start_of("receipts_begun.first_date"), "origins.first_week_start"
                                )
                            }} / 7, 1
                        ),
                        13
                    )
                ) as double
            ) as weekly_receipts
        from origins
        inner join
            receipts
            on receipts.posting_date >= {{ add_days("origins.first_week_start", "- 91") }}
            and receipts.posting_date < origins.first_week_start
            and receipts.posting_date <= origins.origin_date
            and cast(receipts.known_at as date) <= origins.origin_date
        cross join receipts_begun
        where receipts.amount_functional is not null
        group by origins.origin_date, receipts.legal_entity_id, receipts.currency
    )

select *
from rates_taken
