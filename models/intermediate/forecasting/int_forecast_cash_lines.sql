-- The published forecast by line and week, for every entity in its own currency and for the group
-- (entity '*') in the reporting currency at the rate of the origin's day. Receipts and their
-- intervals are each one's own; the group's payments and balances are those of its entities,
-- translated.
with

    receipts as (select * from {{ ref("int_forecast_receipts") }}),

    payment_lines as (select * from {{ ref("int_forecast_payment_lines") }}),

    opening_cash as (select * from {{ ref("int_forecast_opening_cash") }}),

    group_rates as (select * from {{ ref("int_forecast_group_rates") }}),

    unvalued_orders as (select * from {{ ref("int_forecast_unvalued_orders") }}),

    payments_summed as (
        select origin_date, horizon_week, week_start, legal_entity_id, sum(expected) as amount
        from payment_lines
        group by origin_date, horizon_week, week_start, legal_entity_id
    ),

    receipt_lines as (
        select
            payments_summed.origin_date,
            payments_summed.horizon_week,
            payments_summed.week_start,
            payments_summed.legal_entity_id,
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
            cast(null as string) as null_reason,
            receipts.model,
            receipts.fallback_reason
        from payments_summed
        inner join
            receipts
            on payments_summed.origin_date = receipts.origin_date
            and payments_summed.legal_entity_id = receipts.legal_entity_id
            and payments_summed.horizon_week = receipts.horizon_week
            and receipts.span = 'week'
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
            opening_cash.opening_cash,
            sum(net_flows.net_flow) over entity_by_week as flow_so_far,
            sum(net_flows.payments) over entity_by_week as payments_so_far
        from net_flows
        left join opening_cash on net_flows.legal_entity_id = opening_cash.legal_entity_id
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
            {%- for quantile in ("p10", "p50", "p90") %}
                case
                    when horizon_week = 1
                    then opening_cash
                    else
                        lag(opening_cash + {{ quantile }}_so_far + payments_so_far) over (
                            partition by origin_date, legal_entity_id order by horizon_week
                        )
                end as {{ quantile }},
            {%- endfor %}
            cast(null as string) as null_reason,
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
            cast(null as string) as null_reason,
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
            cast(null as string) as null_reason,
            model,
            fallback_reason
        from balances_run
    ),

    lines_unioned as (
        {%- for lines in ("receipt_lines", "payment_lines", "balance_lines") %}
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
            from {{ lines }} {{- " union all" if not loop.last }}
        {%- endfor %}
    ),

    groups_without_rate as (select distinct origin_date from group_rates where not is_complete),

    reasons_given as (
        select
            lines_unioned.origin_date,
            lines_unioned.horizon_week,
            lines_unioned.week_start,
            lines_unioned.legal_entity_id,
            lines_unioned.line,
            lines_unioned.line_position,
            lines_unioned.expected,
            lines_unioned.p10,
            lines_unioned.p50,
            lines_unioned.p90,
            lines_unioned.model,
            lines_unioned.fallback_reason,
            case
                when groups_without_rate.origin_date is not null
                then 'an entity has no exchange rate into the reporting currency'
                when lines_unioned.expected is null
                then 'neither a bank statement nor a ledger of the bank accounts'
                when lines_unioned.null_reason is null and lines_unioned.p10 is null
                then 'fewer than 8 complete origins to measure by'
                else lines_unioned.null_reason
            end as null_reason,
            case
                when
                    lines_unioned.line in (
                        'receipts_shipped_not_billed',
                        'receipts_backlog',
                        'total_receipts',
                        'net_flow',
                        'closing_cash'
                    )
                then unvalued_orders.reason
            end as left_out
        from lines_unioned
        left join
            groups_without_rate
            on lines_unioned.origin_date = groups_without_rate.origin_date
            and lines_unioned.legal_entity_id = '*'
        left join
            unvalued_orders
            on lines_unioned.origin_date = unvalued_orders.origin_date
            and lines_unioned.legal_entity_id = unvalued_orders.legal_entity_id
    ),

    limits_compared as (
        select
            reasons_given.origin_date,
            reasons_given.week_start,
            cast(reasons_given.horizon_week as integer) as horizon_week,
            reasons_given.legal_entity_id,
            reasons_given.line,
            cast(reasons_given.line_position as integer) as line_position,
            cast(reasons_given.expected as decimal(18, 4)) as expected,
            cast(reasons_given.p10 as decimal(18, 4)) as p10,
            cast(reasons_given.p50 as decimal(18, 4)) as p50,
            cast(reasons_given.p90 as decimal(18, 4)) as p90,
            reasons_given.null_reason,
            reasons_given.model,
            reasons_given.fallback_reason,
            reasons_given.left_out,
            case when reasons_given.line = 'closing_cash' then opening_cash.minimum_cash end as minimum_cash,
            case when reasons_given.line = 'closing_cash' then opening_cash.facility end as facility,
            case
                when reasons_given.line = 'closing_cash'
                then reasons_given.expected < opening_cash.minimum_cash
            end as is_below_minimum
        from reasons_given
        left join opening_cash on reasons_given.legal_entity_id = opening_cash.legal_entity_id
    )

select *
from limits_compared
