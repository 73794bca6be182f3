-- Backlog becomes revenue in the month in which it is likely to be billed; new orders follow the
-- usual weekly value of orders, one usual lag later.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    items as (select * from {{ ref("int_forecast_order_items") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    spans_taken as (
        select
            origin_date,
            {{ add_days("origin_date", 1) }} as first_day,
            {{ add_days("origin_date", 91) }} as last_day,
            {{ add_days("origin_date", "- 91") }} as first_day_before
        from origins
    ),

    days_listed as ({{ calendar_days("first_day", "last_day", "spans_taken") }}),

    months_listed as (
        select {{ month_start("calendar_date") }} as month_start_date, count(*) as days_ahead
        from days_listed
        group by {{ month_start("calendar_date") }}
    ),

    backlog_by_month as (
        select
            items.legal_entity_id,
            {{ month_start("items.posting_date") }} as month_start_date,
            {{
                round_money(
                    exact_sum("items.net * cast(rates.origin_rate as double)"),
                    "max(rates.functional_minor_units)",
                )
            }} as amount
        from items
        inner join origins on items.origin_date = origins.origin_date
        inner join
            rates
            on items.origin_date = rates.origin_date
            and items.legal_entity_id = rates.legal_entity_id
            and items.currency = rates.currency
        group by items.legal_entity_id, {{ month_start("items.posting_date") }}
    ),

    billed_lately as (
        select documents.legal_entity_id, cast(sum(documents.net_functional) as double) / 91 as net_per_day
        from documents
        inner join
            spans_taken
            on documents.posting_date > spans_taken.first_day_before
            and documents.posting_date <= spans_taken.origin_date
            and cast(documents.known_at as date) <= spans_taken.origin_date
        group by documents.legal_entity_id
    ),

    billed_so_far as (
        select documents.legal_entity_id, {{ sum_money("documents.net_functional") }} as amount
        from documents
        inner join
            spans_taken
            on documents.posting_date <= spans_taken.origin_date
            and documents.posting_date >= {{ month_start("spans_taken.first_day") }}
            and cast(documents.known_at as date) <= spans_taken.origin_date
        group by documents.legal_entity_id
    ),

    months_of_entities as (
        select
            spans_taken.origin_date,
            months_listed.month_start_date,
            billed_lately.legal_entity_id,
            case
                when months_listed.month_start_date <= spans_taken.first_day
                then coalesce(billed_so_far.amount, 0)
                else 0
            end as billed,
            coalesce(backlog_by_month.amount, 0) as backlog,
            billed_lately.net_per_day * months_listed.days_ahead as usual
        from months_listed
        cross join spans_taken
        cross join billed_lately
        left join billed_so_far on billed_lately.legal_entity_id = billed_so_far.legal_entity_id
        left join
            backlog_by_month
            on billed_lately.legal_entity_id = backlog_by_month.legal_entity_id
            and months_listed.month_start_date = backlog_by_month.month_start_date
    ),

    sources_split as (
        select
            origin_date,
            {{ period_of("month_start_date") }} as period,
            legal_entity_id,
            cast(billed as decimal(18, 4)) as billed,
            cast(backlog as decimal(18, 4)) as backlog,
            cast(round(greatest(usual - cast(backlog as double), 0), 2) as decimal(18, 4)) as new_orders
        from months_of_entities
    ),

    totals_added as (
        select *, cast(billed + backlog + new_orders as decimal(18, 4)) as expected from sources_split
    )

select *
from totals_added
