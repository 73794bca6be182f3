-- The published forecast by line, for every entity in its own currency and for the group in the
-- reporting currency at the rate of the origin's day. The group's receipts have an interval of their
-- own; its payments and balances are those of the entities, translated.
with

    forecast as (select * from {{ ref("rpt_cash_forecast") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    receipts as (select * from {{ ref("int_forecast_receipts") }} where legal_entity_id = '*'),

    lines_of_the_group as (select * from {{ ref("cut_group_cash_lines") }}),

    opening_cash as (select * from {{ ref("int_forecast_opening_cash") }}),

    rates as (
        select distinct
            origin_rates.origin_date,
            origin_rates.legal_entity_id,
            origin_rates.group_rate,
            legal_entities.reporting_currency,
            legal_entities.reporting_minor_units
        from {{ ref("int_forecast_origin_rates") }} as origin_rates
        inner join
            {{ ref("int_legal_entities") }} as legal_entities
            on origin_rates.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.reporting_currency is not null
    ),

    entity_lines as (
        select
            forecast.origin_date,
            forecast.week_start,
            forecast.horizon_week,
            forecast.legal_entity_id,
            legal_entities.functional_currency as currency,
            forecast.line,
            forecast.line_position,
            forecast.expected,
            forecast.p10,
            forecast.p50,
            forecast.p90,
            forecast.null_reason,
            forecast.model,
            forecast.fallback_reason,
            forecast.minimum_cash,
            forecast.facility,
            forecast.is_below_minimum
        from forecast
        inner join legal_entities on forecast.legal_entity_id = legal_entities.legal_entity_id
    ),

    payments_summed as (
        select origin_date, week_start, horizon_week, {{ sum_money("expected") }} as payments
        from lines_of_the_group
        where line_position between 8 and 15
        group by origin_date, week_start, horizon_week
    ),

    group_cash as (
        select
            rates.origin_date,
            case
                when count(*) = count(opening_cash.opening_cash)
                then
                    {{
                        sum_money(
                            translate(
                                "opening_cash.opening_cash",
                                "rates.group_rate",
                                "rates.reporting_minor_units",
                            )
                        )
                    }}
            end as opening_cash,
            case
                when count(opening_cash.minimum_cash) > 0
                then
                    {{
                        sum_money(
                            translate(
                                "opening_cash.minimum_cash",
                                "rates.group_rate",
                                "rates.reporting_minor_units",
                            )
                        )
                    }}
            end as minimum_cash,
            case
                when count(opening_cash.facility) > 0
                then
                    {{
                        sum_money(
                            translate(
                                "opening_cash.facility", "rates.group_rate", "rates.reporting_minor_units"
                            )
                        )
                    }}
            end as facility
        from rates
        inner join opening_cash on rates.legal_entity_id = opening_cash.legal_entity_id
        group by rates.origin_date
    ),

    group_flows as (
        select
            payments_summed.*,
            coalesce(week_receipts.expected, 0) + payments_summed.payments as net_flow,
            week_receipts.p10 + payments_summed.payments as flow_p10,
            week_receipts.p50 + payments_summed.payments as flow_p50,
            week_receipts.p90 + payments_summed.payments as flow_p90,
            week_receipts.model,
            week_receipts.fallback_reason,
            receipts_so_far.p10 as p10_so_far,
            receipts_so_far.p50 as p50_so_far,
            receipts_so_far.p90 as p90_so_far
        from payments_summed
        left join
            receipts as week_receipts
            on payments_summed.origin_date = week_receipts.origin_date
            and payments_summed.horizon_week = week_receipts.horizon_week
            and week_receipts.line = 'total_receipts'
            and week_receipts.span = 'week'
        left join
            receipts as receipts_so_far
            on payments_summed.origin_date = receipts_so_far.origin_date
            and payments_summed.horizon_week = receipts_so_far.horizon_week
            and receipts_so_far.line = 'total_receipts'
            and receipts_so_far.span = 'until'
    ),

    group_balances_run as (
        select
            group_flows.*,
            group_cash.opening_cash as cash_at_origin,
            group_cash.opening_cash + sum(group_flows.net_flow) over by_week as closing_cash,
            group_cash.opening_cash
            + group_flows.p10_so_far
            + sum(group_flows.payments) over by_week as closing_p10,
            group_cash.opening_cash
            + group_flows.p50_so_far
            + sum(group_flows.payments) over by_week as closing_p50,
            group_cash.opening_cash
            + group_flows.p90_so_far
            + sum(group_flows.payments) over by_week as closing_p90
        from group_flows
        left join group_cash on group_flows.origin_date = group_cash.origin_date
        window
            by_week as (
                partition by group_flows.origin_date
                order by group_flows.horizon_week
                rows between unbounded preceding and current row
            )
    ),

    group_openings_run as (
        select
            *,
            closing_cash - net_flow as opening_cash,
            {%- for quantile in ("p10", "p50", "p90") %}
                case
                    when horizon_week = 1
                    then cash_at_origin
                    else lag(closing_{{ quantile }}) over (partition by origin_date order by horizon_week)
                end as opening_{{ quantile }}
                {{- "," if not loop.last }}
            {%- endfor %}
        from group_balances_run
    ),

    group_lines as (
        select * exclude (legal_entity_id)
        from lines_of_the_group
        union all by name
        {%- for line, position, expected, quantiles in [
            ("opening_cash", 1, "opening_cash", "opening_"),
            ("net_flow", 16, "net_flow", "flow_"),
            ("closing_cash", 17, "closing_cash", "closing_"),
        ] %}
            select
                origin_date,
                week_start,
                horizon_week,
                '{{ line }}' as line,
                {{ position }} as line_position,
                {{ expected }} as expected,
                {{ quantiles }}p10 as p10,
                {{ quantiles }}p50 as p50,
                {{ quantiles }}p90 as p90,
                case
                    when {{ expected }} is null
                    then 'neither a bank statement nor a ledger of the bank accounts'
                    when {{ quantiles }}p10 is null
                    then 'fewer than 8 complete origins to measure by'
                end as null_reason,
                model,
                fallback_reason
            from group_openings_run
            {%- if not loop.last %}
                union all by name
            {%- endif %}
        {%- endfor %}
    ),

    group_lines_described as (
        select
            group_lines.*,
            '*' as legal_entity_id,
            (select max(rates.reporting_currency) from rates) as currency,
            case when group_lines.line = 'closing_cash' then group_cash.minimum_cash end as minimum_cash,
            case when group_lines.line = 'closing_cash' then group_cash.facility end as facility,
            case
                when group_lines.line = 'closing_cash' then group_lines.expected < group_cash.minimum_cash
            end as is_below_minimum
        from group_lines
        left join group_cash on group_lines.origin_date = group_cash.origin_date
    ),

    lines_unioned as (
        select *
        from entity_lines
        union all by name
        select *
        from group_lines_described
    ),

    lines_typed as (
        select
            origin_date,
            week_start,
            cast(horizon_week as integer) as horizon_week,
            legal_entity_id,
            currency,
            line,
            cast(line_position as integer) as line_position,
            {%- for amount in ("expected", "p10", "p50", "p90", "minimum_cash", "facility") %}
                cast({{ amount }} as decimal(18, 4)) as {{ amount }},
            {%- endfor %}
            null_reason,
            model,
            fallback_reason,
            is_below_minimum
        from lines_unioned
    )

select *
from lines_typed
