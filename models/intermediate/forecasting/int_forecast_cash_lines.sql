-- The published forecast by line and week, for every entity in its own currency and for the group
-- (entity '*') in the reporting currency at the rate of the origin's day. Receipts and their
-- intervals are each one's own; the group's payments and balances are those of its entities,
-- translated.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    receipts as (select * from {{ ref("int_forecast_receipts") }}),

    payment_lines as (select * from {{ ref("int_forecast_payment_lines") }}),

    opening_cash as (select * from {{ ref("int_forecast_opening_cash") }}),

    origin_rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    group_rates as (
        select distinct
            origin_rates.origin_date,
            origin_rates.legal_entity_id,
            origin_rates.group_rate,
            legal_entities.reporting_minor_units
        from origin_rates
        inner join origins on origin_rates.origin_date = origins.origin_date
        inner join legal_entities on origin_rates.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.reporting_currency is not null
    ),

    payments_with_group as (
        select
            origin_date,
            horizon_week,
            week_start,
            legal_entity_id,
            line,
            line_position,
            expected,
            p10,
            p50,
            p90,
            null_reason,
            model,
            fallback_reason
        from payment_lines
        union all
        select
            payment_lines.origin_date,
            payment_lines.horizon_week,
            payment_lines.week_start,
            '*' as legal_entity_id,
            payment_lines.line,
            payment_lines.line_position,
            {{
                sum_money(
                    translate(
                        "payment_lines.expected",
                        "group_rates.group_rate",
                        "group_rates.reporting_minor_units",
                    )
                )
            }} as expected,
            cast(null as decimal(18, 4)) as p10,
            cast(null as decimal(18, 4)) as p50,
            cast(null as decimal(18, 4)) as p90,
            payment_lines.null_reason,
            cast(null as string) as model,
            cast(null as string) as fallback_reason
        from payment_lines
        inner join
            group_rates
            on payment_lines.origin_date = group_rates.origin_date
            and payment_lines.legal_entity_id = group_rates.legal_entity_id
        group by
            payment_lines.origin_date,
            payment_lines.horizon_week,
            payment_lines.week_start,
            payment_lines.line,
            payment_lines.line_position,
            payment_lines.null_reason
    ),

    cash_with_group as (
        select legal_entity_id, opening_cash, minimum_cash, facility
        from opening_cash
        union all
        -- the group's cash is known where every entity's is
        select
            '*' as legal_entity_id,
            {%- for amount in ("opening_cash", "minimum_cash", "facility") %}
                case
                    when
                        {{
                            (
                                "count(*) = count(opening_cash.opening_cash)"
                                if amount == "opening_cash"
                                else "count(opening_cash." ~ amount ~ ") > 0"
                            )
                        }}
                    then
                        {{
                            sum_money(
                                translate(
                                    "opening_cash." ~ amount,
                                    "group_rates.group_rate",
                                    "group_rates.reporting_minor_units",
                                )
                            )
                        }}
                end as {{ amount }}
                {{- "," if not loop.last }}
            {%- endfor %}
        from group_rates
        inner join opening_cash on group_rates.legal_entity_id = opening_cash.legal_entity_id
        having count(*) > 0
    ),

    weeks_listed as (
        select weeks.origin_date, weeks.horizon_week, weeks.week_start, cash_with_group.legal_entity_id
        from weeks
        inner join origins on weeks.origin_date = origins.origin_date
        cross join cash_with_group
    ),

    receipt_lines as (
        select
            weeks_listed.origin_date,
            weeks_listed.horizon_week,
            weeks_listed.week_start,
            weeks_listed.legal_entity_id,
            receipts.line,
            case
                receipts.line
                when 'receipts_open_invoices'
                then 2
                when 'receipts_disputed'
                then 3
                when 'receipts_shipped_not_billed'
                then 4
                when 'receipts_backlog'
                then 5
                when 'receipts_new_orders'
                then 6
                else 7
            end as line_position,
            receipts.expected,
            receipts.p10,
            receipts.p50,
            receipts.p90,
            case
                when receipts.p10 is null then 'fewer than 8 complete origins to measure by'
            end as null_reason,
            receipts.model,
            receipts.fallback_reason
        from weeks_listed
        inner join
            receipts
            on weeks_listed.origin_date = receipts.origin_date
            and weeks_listed.legal_entity_id = receipts.legal_entity_id
            and weeks_listed.horizon_week = receipts.horizon_week
            and receipts.span = 'week'
    ),

    payments_summed as (
        select origin_date, horizon_week, week_start, legal_entity_id, sum(expected) as amount
        from payments_with_group
        group by origin_date, horizon_week, week_start, legal_entity_id
    ),

    net_flows as (
        select
            payments_summed.origin_date,
            payments_summed.horizon_week,
            payments_summed.week_start,
            payments_summed.legal_entity_id,
            payments_summed.amount as payments,
            coalesce(week_receipts.expected, 0) + payments_summed.amount as net_flow,
            week_receipts.p10 + payments_summed.amount as p10,
            week_receipts.p50 + payments_summed.amount as p50,
            week_receipts.p90 + payments_summed.amount as p90,
            week_receipts.model,
            week_receipts.fallback_reason,
            coalesce(receipts_so_far.expected, 0) as receipts_so_far,
            receipts_so_far.p10 as p10_so_far,
            receipts_so_far.p50 as p50_so_far,
            receipts_so_far.p90 as p90_so_far
        from payments_summed
        left join
            receipts as week_receipts
            on payments_summed.origin_date = week_receipts.origin_date
            and payments_summed.legal_entity_id = week_receipts.legal_entity_id
            and payments_summed.horizon_week = week_receipts.horizon_week
            and week_receipts.line = 'total_receipts'
            and week_receipts.span = 'week'
        left join
            receipts as receipts_so_far
            on payments_summed.origin_date = receipts_so_far.origin_date
            and payments_summed.legal_entity_id = receipts_so_far.legal_entity_id
            and payments_summed.horizon_week = receipts_so_far.horizon_week
            and receipts_so_far.line = 'total_receipts'
            and receipts_so_far.span = 'until'
    ),

    balances_run as (
        select
            net_flows.*,
            cash_with_group.opening_cash,
            sum(net_flows.net_flow) over entity_by_week as flow_so_far,
            sum(net_flows.payments) over entity_by_week as payments_so_far
        from net_flows
        left join cash_with_group on net_flows.legal_entity_id = cash_with_group.legal_entity_id
        window
            entity_by_week as (
                partition by net_flows.origin_date, net_flows.legal_entity_id
                order by net_flows.horizon_week
                rows between unbounded preceding and current row
            )
    ),

    balance_lines as (
        select
            origin_date,
            horizon_week,
            week_start,
            legal_entity_id,
            'opening_cash' as line,
            1 as line_position,
            opening_cash + flow_so_far - net_flow as expected,
            case
                when horizon_week = 1
                then opening_cash
                else
                    lag(opening_cash + p10_so_far + payments_so_far) over (
                        partition by origin_date, legal_entity_id order by horizon_week
                    )
            end as p10,
            case
                when horizon_week = 1
                then opening_cash
                else
                    lag(opening_cash + p50_so_far + payments_so_far) over (
                        partition by origin_date, legal_entity_id order by horizon_week
                    )
            end as p50,
            case
                when horizon_week = 1
                then opening_cash
                else
                    lag(opening_cash + p90_so_far + payments_so_far) over (
                        partition by origin_date, legal_entity_id order by horizon_week
                    )
            end as p90,
            model,
            fallback_reason
        from balances_run
        union all
        select
            origin_date,
            horizon_week,
            week_start,
            legal_entity_id,
            'net_flow' as line,
            16 as line_position,
            net_flow as expected,
            p10,
            p50,
            p90,
            model,
            fallback_reason
        from balances_run
        union all
        select
            origin_date,
            horizon_week,
            week_start,
            legal_entity_id,
            'closing_cash' as line,
            17 as line_position,
            opening_cash + flow_so_far as expected,
            opening_cash + p10_so_far + payments_so_far as p10,
            opening_cash + p50_so_far + payments_so_far as p50,
            opening_cash + p90_so_far + payments_so_far as p90,
            model,
            fallback_reason
        from balances_run
    ),

    lines_unioned as (
        select
            origin_date,
            horizon_week,
            week_start,
            legal_entity_id,
            line,
            line_position,
            expected,
            p10,
            p50,
            p90,
            null_reason,
            model,
            fallback_reason
        from receipt_lines
        union all
        select
            origin_date,
            horizon_week,
            week_start,
            legal_entity_id,
            line,
            line_position,
            expected,
            p10,
            p50,
            p90,
            null_reason,
            model,
            fallback_reason
        from payments_with_group
        union all
        select
            origin_date,
            horizon_week,
            week_start,
            legal_entity_id,
            line,
            line_position,
            expected,
            p10,
            p50,
            p90,
            case
                when expected is null
                then 'neither a bank statement nor a ledger of the bank accounts'
                when p10 is null
                then 'fewer than 8 complete origins to measure by'
            end as null_reason,
            model,
            fallback_reason
        from balance_lines
    ),

    limits_compared as (
        select
            lines_unioned.origin_date,
            lines_unioned.week_start,
            cast(lines_unioned.horizon_week as integer) as horizon_week,
            lines_unioned.legal_entity_id,
            lines_unioned.line,
            cast(lines_unioned.line_position as integer) as line_position,
            cast(lines_unioned.expected as decimal(18, 4)) as expected,
            cast(lines_unioned.p10 as decimal(18, 4)) as p10,
            cast(lines_unioned.p50 as decimal(18, 4)) as p50,
            cast(lines_unioned.p90 as decimal(18, 4)) as p90,
            lines_unioned.null_reason,
            lines_unioned.model,
            lines_unioned.fallback_reason,
            case
                when lines_unioned.line = 'closing_cash' then cash_with_group.minimum_cash
            end as minimum_cash,
            case when lines_unioned.line = 'closing_cash' then cash_with_group.facility end as facility,
            case
                when lines_unioned.line = 'closing_cash'
                then lines_unioned.expected < cash_with_group.minimum_cash
            end as is_below_minimum
        from lines_unioned
        left join cash_with_group on lines_unioned.legal_entity_id = cash_with_group.legal_entity_id
    )

select *
from limits_compared
