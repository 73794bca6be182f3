-- From what was ordered in a month to what was collected in it. Every item is measured where it
-- arises, so that what does not add up shows: a residual is an error in one of the sources.
{%- set amounts = [
    "ordered",
    "cancelled",
    "repricing",
    "backlog_change",
    "backlog_fx",
    "outside_backlog",
    "shipped",
    "unbilled_change",
    "deferred_change",
    "billing_difference",
    "credits",
    "invoiced",
    "unbilled_booked_change",
    "deferred_booked_change",
    "line_rounding",
    "discounts",
    "recognised",
    "contract_balances_change",
    "tax",
    "document_rounding",
    "ar_change",
    "write_offs",
    "unapplied_change",
    "fx",
    "collected",
    "residual_shipped",
    "residual_invoiced",
    "residual_recognised",
    "residual_collected",
] %}
with

    report_periods as (select * from {{ ref("int_report_periods") }}),

    flows as (select * from {{ ref("int_revenue_flows") }}),

    backlog_bridge as (select * from {{ ref("rpt_order_backlog_bridge") }}),

    income_statement as (select * from {{ ref("rpt_income_statement") }}),

    flows_of_periods as (
        select
            report_periods.legal_entity_id,
            report_periods.period,
            flows.flow_source,
            flows.source_type,
            flows.role,
            flows.amount,
            flows.amounts_missing
        from report_periods
        left join
            flows
            on report_periods.legal_entity_id = flows.legal_entity_id
            and flows.flow_date between report_periods.first_date and report_periods.last_date
    ),

    flows_pivoted as (
        select
            legal_entity_id,
            period,
            {{ sum_money("case when role = 'shipped' then amount end") }} as shipped,
            {{ sum_money("case when flow_source = 'posting' and role = 'unbilled' then - amount end") }}
            as unbilled_change,
            {{ sum_money("case when flow_source = 'posting' and role = 'deferred' then - amount end") }}
            as deferred_change,
            {{ sum_money("case when role = 'billing_difference' then amount end") }} as billing_difference,
            {{ sum_money("case when role = 'net' and source_type = 'credit_memo' then amount end") }}
            as credits,
            {{ sum_money("case when role = 'net' then amount end") }} as invoiced,
            {{ sum_money("case when flow_source = 'ledger' and role = 'unbilled' then amount end") }}
            as unbilled_booked,
            {{ sum_money("case when flow_source = 'ledger' and role = 'deferred' then amount end") }}
            as deferred_booked,
            {{
                sum_money(
                    "case when flow_source = 'posting' and role in ('revenue', 'discount', 'unbilled', 'deferred') and source_type in ('invoice', 'credit_memo') then - amount when role = 'net' then - amount end"
                )
            }}
            as line_rounding,
            {{
                sum_money(
                    "case when flow_source = 'posting' and role = 'discount' and source_type = 'application' then - amount end"
                )
            }}
            as discounts,
            {{
                sum_money(
                    "case when flow_source = 'posting' and role = 'tax' and source_type in ('invoice', 'credit_memo', 'application') then - amount end"
                )
            }}
            as tax,
            {{ sum_money("case when flow_source = 'posting' and role = 'rounding' then - amount end") }}
            as document_rounding,
            {{
                sum_money(
                    "case when flow_source = 'ledger' and role in ('ar', 'intercompany') then - amount end"
                )
            }} as ar_change,
            {{
                sum_money(
                    "case when flow_source = 'posting' and role in ('ar', 'intercompany') and source_type = 'write_off' then amount end"
                )
            }}
            as write_offs,
            {{ sum_money("case when flow_source = 'ledger' and role = 'unapplied' then - amount end") }}
            as unapplied_change,
            {{ sum_money("case when flow_source = 'posting' and role = 'fx_realised' then - amount end") }}
            as fx,
            {{
                sum_money(
                    "case when flow_source = 'posting' and role = 'bank' and source_type in ('customer_receipt', 'customer_refund') then amount end"
                )
            }}
            as collected,
            coalesce(sum(case when role in ('shipped', 'billing_difference') then amounts_missing end), 0)
            > 0 as lacks_rate
        from flows_of_periods
        group by legal_entity_id, period
    ),

    net_revenue_taken as (
        select legal_entity_id, period, amount as recognised
        from income_statement
        where line = 'net_revenue' and line_type = 'subtotal'
    ),

    stages_joined as (
        select
            flows_pivoted.period,
            flows_pivoted.legal_entity_id,
            backlog_bridge.confirmed as ordered,
            backlog_bridge.cancelled,
            backlog_bridge.repricing,
            backlog_bridge.opening - backlog_bridge.closing as backlog_change,
            backlog_bridge.fx_difference as backlog_fx,
            case
                when not flows_pivoted.lacks_rate
                then flows_pivoted.shipped + backlog_bridge.shipped + backlog_bridge.recognised
            end as outside_backlog,
            case when not flows_pivoted.lacks_rate then flows_pivoted.shipped end as shipped,
            flows_pivoted.unbilled_change,
            flows_pivoted.deferred_change,
            case
                when not flows_pivoted.lacks_rate then flows_pivoted.billing_difference
            end as billing_difference,
            flows_pivoted.credits,
            flows_pivoted.invoiced,
            flows_pivoted.unbilled_booked as unbilled_booked_change,
            flows_pivoted.deferred_booked as deferred_booked_change,
            flows_pivoted.line_rounding,
            flows_pivoted.discounts,
            net_revenue_taken.recognised,
            - flows_pivoted.unbilled_booked - flows_pivoted.deferred_booked as contract_balances_change,
            flows_pivoted.tax,
            flows_pivoted.document_rounding,
            flows_pivoted.ar_change,
            flows_pivoted.write_offs,
            flows_pivoted.unapplied_change,
            flows_pivoted.fx,
            flows_pivoted.collected
        from flows_pivoted
        left join
            backlog_bridge
            on flows_pivoted.legal_entity_id = backlog_bridge.legal_entity_id
            and flows_pivoted.period = backlog_bridge.period
        left join
            net_revenue_taken
            on flows_pivoted.legal_entity_id = net_revenue_taken.legal_entity_id
            and flows_pivoted.period = net_revenue_taken.period
    ),

    residuals_taken as (
        select
            *,
            shipped
            - ordered
            - cancelled
            - repricing
            - backlog_change
            - backlog_fx
            - outside_backlog as residual_shipped,
            invoiced
            - shipped
            - unbilled_change
            - deferred_change
            - billing_difference
            - credits as residual_invoiced,
            recognised
            - invoiced
            - unbilled_booked_change
            - deferred_booked_change
            - line_rounding
            - discounts as residual_recognised,
            collected
            - recognised
            - contract_balances_change
            - tax
            - document_rounding
            - ar_change
            - write_offs
            - unapplied_change
            - fx as residual_collected
        from stages_joined
    ),

    amounts_typed as (
        select
            period,
            legal_entity_id,
            {% for amount in amounts -%} cast({{ amount }} as decimal(18, 4)) as {{ amount }}, {% endfor -%}
            cast(
                abs(residual_shipped)
                + abs(residual_invoiced)
                + abs(residual_recognised)
                + abs(residual_collected) as decimal(18, 4)
            ) as residual,
            case
                when recognised is null
                then 'no_ledger'
                when residual_shipped is null or residual_invoiced is null
                then 'missing_rate'
            end as null_reason
        from residuals_taken
    )

select *
from amounts_typed
