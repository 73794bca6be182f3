-- Net revenue that each origin expects to be billed in the 13 weeks after it, by month: what is
-- billed already, backlog, and orders not yet placed. The run rate beside it takes for every day
-- to come what was billed on a day of the last 91.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    billed_days as (select * from {{ ref("int_forecast_billed_days") }}),

    order_months as (select * from {{ ref("int_forecast_order_months") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    days_ahead as ({{ number_range(1, 91, "days") }}),

    spans_taken as (select origin_date, max(last_day) as last_day from weeks group by origin_date),

    months_listed as (
        select
            spans_taken.origin_date,
            {{ month_start(add_days("spans_taken.origin_date", "days_ahead.days")) }} as month_start_date,
            max({{ add_days("spans_taken.origin_date", "days_ahead.days") }}) as last_day,
            count(*) as days_to_come
        from spans_taken
        inner join
            days_ahead on {{ add_days("spans_taken.origin_date", "days_ahead.days") }} <= spans_taken.last_day
        group by
            spans_taken.origin_date, {{ month_start(add_days("spans_taken.origin_date", "days_ahead.days")) }}
    ),

    first_billings as (
        select
            origins.origin_date, billed_days.legal_entity_id, min(billed_days.posting_date) as first_billed_on
        from origins
        inner join
            billed_days
            on billed_days.valid_from <= origins.origin_date
            and billed_days.valid_before > origins.origin_date
        group by origins.origin_date, billed_days.legal_entity_id
    ),

    billed_lately as (
        select
            origins.origin_date,
            billed_days.legal_entity_id,
            {{ exact_sum("billed_days.net") }} / least(
                91, max({{ days_between("first_billings.first_billed_on", "origins.origin_date") }}) + 1
            ) as net_per_day
        from origins
        inner join
            billed_days
            on billed_days.posting_date > {{ add_days("origins.origin_date", -91) }}
            and billed_days.posting_date <= origins.origin_date
            and billed_days.valid_from <= origins.origin_date
            and billed_days.valid_before > origins.origin_date
        inner join
            first_billings
            on origins.origin_date = first_billings.origin_date
            and billed_days.legal_entity_id = first_billings.legal_entity_id
        group by origins.origin_date, billed_days.legal_entity_id
    ),

    billed_so_far as (
        select
            months_listed.origin_date,
            months_listed.month_start_date,
            billed_days.legal_entity_id,
            {{ exact_sum("billed_days.net") }} as net
        from months_listed
        inner join
            billed_days
            on billed_days.posting_date >= months_listed.month_start_date
            and billed_days.posting_date <= months_listed.origin_date
            and billed_days.valid_from <= months_listed.origin_date
            and billed_days.valid_before > months_listed.origin_date
        group by months_listed.origin_date, months_listed.month_start_date, billed_days.legal_entity_id
    ),

    billed_in_the_end as (
        -- of the days that the forecast covers and those before them in the month: as it is known
        -- now, and as it was on the last of these days
        select
            months_listed.origin_date,
            months_listed.month_start_date,
            billed_days.legal_entity_id,
            {{
                exact_sum(
                    "case when billed_days.valid_from <= as_of.as_of and billed_days.valid_before > as_of.as_of"
                    ~ " then billed_days.net else 0 end"
                )
            }}
            as net,
            {{
                exact_sum(
                    "case when billed_days.valid_from <= months_listed.last_day"
                    ~ " and billed_days.valid_before > months_listed.last_day then billed_days.net else 0 end"
                )
            }} as net_at_the_time
        from months_listed
        cross join as_of
        inner join
            billed_days
            on billed_days.posting_date >= months_listed.month_start_date
            and billed_days.posting_date <= months_listed.last_day
        where months_listed.last_day <= as_of.as_of
        group by months_listed.origin_date, months_listed.month_start_date, billed_days.legal_entity_id
    ),

    parts_taken as (
        select
            months_listed.origin_date,
            months_listed.month_start_date,
            months_listed.last_day,
            cast(
                {{
                    months_between(
                        month_start(add_days("months_listed.origin_date", 1)),
                        "months_listed.month_start_date",
                    )
                }} as integer
            ) as horizon_month,
            billed_lately.legal_entity_id,
            coalesce(billed_so_far.net, 0) as billed,
            coalesce(order_months.backlog, 0) as backlog,
            coalesce(order_months.new_orders, 0) as new_orders,
            billed_lately.net_per_day * months_listed.days_to_come as run_rate,
            case
                when months_listed.last_day <= as_of.as_of then coalesce(billed_in_the_end.net, 0)
            end as actual,
            case
                when months_listed.last_day <= as_of.as_of then coalesce(billed_in_the_end.net_at_the_time, 0)
            end as actual_at_the_time
        from months_listed
        cross join as_of
        inner join billed_lately on months_listed.origin_date = billed_lately.origin_date
        left join
            billed_so_far
            on months_listed.origin_date = billed_so_far.origin_date
            and months_listed.month_start_date = billed_so_far.month_start_date
            and billed_lately.legal_entity_id = billed_so_far.legal_entity_id
        left join
            billed_in_the_end
            on months_listed.origin_date = billed_in_the_end.origin_date
            and months_listed.month_start_date = billed_in_the_end.month_start_date
            and billed_lately.legal_entity_id = billed_in_the_end.legal_entity_id
        left join
            order_months
            on months_listed.origin_date = order_months.origin_date
            and months_listed.month_start_date = order_months.month_start_date
            and billed_lately.legal_entity_id = order_months.legal_entity_id
    ),

    amounts_rounded as (
        select
            parts_taken.origin_date,
            {{ period_of("parts_taken.month_start_date") }} as period,
            parts_taken.last_day,
            parts_taken.horizon_month,
            parts_taken.legal_entity_id,
            {%- for name, amount in {
                "billed": "parts_taken.billed",
                "run_rate": "(parts_taken.billed + parts_taken.run_rate)",
                "actual": "parts_taken.actual",
                "actual_at_the_time": "parts_taken.actual_at_the_time",
            }.items() %}
                {{ round_money(amount, "coalesce(legal_entities.functional_minor_units, 2)") }} as {{ name }},
            {%- endfor %}
            cast(parts_taken.backlog as decimal(18, 4)) as backlog,
            cast(parts_taken.new_orders as decimal(18, 4)) as new_orders
        from parts_taken
        left join legal_entities on parts_taken.legal_entity_id = legal_entities.legal_entity_id
    ),

    totals_added as (
        select *, cast(billed + backlog + new_orders as decimal(18, 4)) as expected from amounts_rounded
    )

select *
from totals_added
