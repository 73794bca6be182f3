-- The amounts that the metrics of a company are made of, per report period, and those of the group
-- in reporting currency. Receivables are the booked balance of their account; at the beginning of
-- the first period they are what the opening journal brought.
with

    report_periods as (
        select *, row_number() over (partition by legal_entity_id order by period) as period_number
        from {{ ref("int_report_periods") }}
    ),

    metric_terms as (select * from {{ ref("int_metric_terms") }}),

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    credit_sales as (select * from {{ ref("int_credit_sales") }}),

    loss_exposures as (select * from {{ ref("int_loss_exposures") }}),

    ledger_movements as (
        select
            legal_entity_id,
            control_of,
            source_type = 'opening' as is_opening,
            posting_date,
            sum(amount) as amount
        from ledger_lines
        where control_of in ('ar', 'unbilled', 'deferred')
        group by legal_entity_id, control_of, source_type = 'opening', posting_date
    ),

    ledger_movements_by_period as (
        select
            report_periods.legal_entity_id,
            report_periods.period,
            {{
                sum_money(
                    "case when movements.control_of = 'ar' and not movements.is_opening then movements.amount end"
                )
            }}
            as receivables_moved,
            {{
                sum_money(
                    "case when movements.control_of = 'ar' and movements.is_opening then movements.amount end"
                )
            }} as receivables_brought_in,
            {{
                sum_money(
                    "case when movements.control_of <> 'ar' and not movements.is_opening then movements.amount end"
                )
            }}
            as recognised_minus_invoiced
        from report_periods
        left join
            ledger_movements as movements
            on report_periods.legal_entity_id = movements.legal_entity_id
            and movements.posting_date between report_periods.first_date and report_periods.last_date
        group by report_periods.legal_entity_id, report_periods.period
    ),

    receivables_before_reports as (
        select report_periods.legal_entity_id, {{ sum_money("movements.amount") }} as receivables
        from report_periods
        inner join
            ledger_movements as movements
            on report_periods.legal_entity_id = movements.legal_entity_id
            and report_periods.first_date > movements.posting_date
        where report_periods.period_number = 1 and movements.control_of = 'ar'
        group by report_periods.legal_entity_id
    ),

    sales_by_period as (
        select report_periods.legal_entity_id, report_periods.period, sum(credit_sales.amount) as credit_sales
        from report_periods
        inner join
            credit_sales
            on report_periods.legal_entity_id = credit_sales.legal_entity_id
            and credit_sales.sales_date between report_periods.first_date and report_periods.last_date
        group by report_periods.legal_entity_id, report_periods.period
    ),

    terms_pivoted as ({{ pivot_terms("metric_terms", ["legal_entity_id"]) }}),

    allowances_required as ({{ required_allowance("loss_exposures", ["legal_entity_id"]) }}),

    matrix_found as (select count(*) > 0 as has_loss_matrix from loss_exposures where loss_rate is not null),

    receivables_run as (
        -- what a journal brings in as opening in the first period stood before it began
        select
            report_periods.*,
            moved.recognised_minus_invoiced,
            coalesce(receivables_before_reports.receivables, 0)
            + sum(moved.receivables_moved + moved.receivables_brought_in) over by_period
            as receivables_at_end,
            case when report_periods.period_number = 1 then moved.receivables_brought_in else 0 end
            + coalesce(receivables_before_reports.receivables, 0)
            + sum(moved.receivables_moved + moved.receivables_brought_in) over by_period
            - moved.receivables_moved
            - moved.receivables_brought_in as receivables_at_beginning
        from report_periods
        inner join
            ledger_movements_by_period as moved
            on report_periods.legal_entity_id = moved.legal_entity_id
            and report_periods.period = moved.period
        left join
            receivables_before_reports
            on report_periods.legal_entity_id = receivables_before_reports.legal_entity_id
        window
            by_period as (
                partition by report_periods.legal_entity_id
                order by report_periods.period
                rows between unbounded preceding and current row
            )
    ),

    terms_of_entities as (
        select
            receivables_run.legal_entity_id,
            receivables_run.period,
            receivables_run.first_date,
            receivables_run.last_date as as_of,
            receivables_run.period_number,
            true as has_begun,
            {% for term in kpi_balances().split() if term != "receivables" -%}
                coalesce(terms_pivoted.{{ term }}, 0) as {{ term }},
            {% endfor -%}
            {% for term in kpi_flows().split() if term != "credit_sales" -%}
                coalesce(terms_pivoted.{{ term }}, 0) as {{ term }},
            {% endfor -%}
            cast(receivables_run.receivables_at_end as decimal(18, 4)) as receivables,
            cast(coalesce(sales_by_period.credit_sales, 0) as decimal(18, 4)) as credit_sales,
            receivables_run.recognised_minus_invoiced,
            case
                when matrix_found.has_loss_matrix and allowances_required.as_of is null
                then 0
                else allowances_required.required_allowance
            end as required_allowance,
            cast(receivables_run.receivables_at_beginning as decimal(18, 4)) as receivables_opening
        from receivables_run
        cross join matrix_found
        left join
            terms_pivoted
            on receivables_run.legal_entity_id = terms_pivoted.legal_entity_id
            and receivables_run.period = terms_pivoted.period
        left join
            sales_by_period
            on receivables_run.legal_entity_id = sales_by_period.legal_entity_id
            and receivables_run.period = sales_by_period.period
        left join
            allowances_required
            on receivables_run.legal_entity_id = allowances_required.legal_entity_id
            and receivables_run.last_date = allowances_required.as_of
    ),

    terms_of_group as ({{ translate_terms("terms_of_entities", [], ["recognised_minus_invoiced"]) }}),

    group_periods_numbered as (
        select * exclude (period_number), row_number() over (order by period) as period_number
        from terms_of_group
    ),

    entities_and_group_unioned as (
        select *
        from terms_of_entities
        union all by name
        select *
        from group_periods_numbered
    )

select *
from entities_and_group_unioned
