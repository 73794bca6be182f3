-- What became of the documents of each month, as it stood at each later report date. Flows are
-- the movements of the documents, what is open are the open items: two sources that must agree.
with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    documents as (select * from {{ ref("int_ar_documents") }} where receivable_role = 'ar'),

    movements as (select * from {{ ref("int_receivable_movements") }}),

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    movements_classified as (
        select
            movements.legal_entity_id,
            {{ month_start("documents.posting_date") }} as month_start_date,
            {{ period_of("movements.effective_date") }} as period,
            movements.movement_type,
            movements.doc_type = 'credit_memo' as is_credit_memo,
            movements.functional_change,
            movements.discount_functional
        from movements
        inner join documents on movements.document_key = documents.document_key
        inner join as_of on movements.effective_date <= as_of.as_of
    ),

    movements_summed as (
        select
            legal_entity_id,
            month_start_date,
            period,
            sum(
                case when movement_type = 'posting' and not is_credit_memo then functional_change else 0 end
            ) as invoiced,
            sum(
                case when movement_type = 'posting' and is_credit_memo then functional_change else 0 end
            ) as credit_memos,
            sum(
                case
                    when movement_type = 'application' then functional_change + discount_functional else 0
                end
            ) as collected,
            sum(case when movement_type = 'application' then - discount_functional else 0 end) as discounts,
            sum(
                case when movement_type = 'credit_application' then functional_change else 0 end
            ) as credits_applied,
            sum(case when movement_type = 'write_off' then functional_change else 0 end) as written_off,
            sum(
                case when movement_type = 'unexplained_clearing' then functional_change else 0 end
            ) as cleared_without_counterpart
        from movements_classified
        group by legal_entity_id, month_start_date, period
    ),

    vintages_found as (select distinct legal_entity_id, month_start_date from movements_summed),

    vintages_at_dates as (
        select
            vintages_found.legal_entity_id,
            vintages_found.month_start_date,
            report_dates.as_of,
            report_dates.period,
            {{ months_between("vintages_found.month_start_date", "report_dates.month_start_date") }}
            as months_since_invoice
        from vintages_found
        inner join
            report_dates
            on vintages_found.legal_entity_id = report_dates.legal_entity_id
            and vintages_found.month_start_date <= report_dates.as_of
    ),

    flows_run as (
        select
            vintages.legal_entity_id,
            vintages.month_start_date,
            vintages.as_of,
            vintages.months_since_invoice,
            {{ sum_money("movements_summed.invoiced") }} as invoiced,
            {{ sum_money("movements_summed.credit_memos") }} as credit_memos,
            {{ sum_money("movements_summed.collected") }} as collected,
            {{ sum_money("movements_summed.discounts") }} as discounts,
            {{ sum_money("movements_summed.credits_applied") }} as credits_applied,
            {{ sum_money("movements_summed.written_off") }} as written_off,
            {{ sum_money("movements_summed.cleared_without_counterpart") }} as cleared_without_counterpart
        from vintages_at_dates as vintages
        left join
            movements_summed
            on vintages.legal_entity_id = movements_summed.legal_entity_id
            and vintages.month_start_date = movements_summed.month_start_date
            and vintages.period >= movements_summed.period
        group by
            vintages.legal_entity_id, vintages.month_start_date, vintages.as_of, vintages.months_since_invoice
    ),

    open_summed as (
        select
            legal_entity_id,
            as_of,
            {{ month_start("posting_date") }} as month_start_date,
            sum(open_amount_functional) as open_amount
        from open_items
        group by legal_entity_id, as_of, {{ month_start("posting_date") }}
    ),

    vintages_drawn as (
        select
            {{ period_of("flows_run.month_start_date") }} as vintage,
            flows_run.legal_entity_id,
            cast(flows_run.months_since_invoice as integer) as months_since_invoice,
            flows_run.as_of,
            flows_run.invoiced,
            flows_run.credit_memos,
            flows_run.collected,
            flows_run.discounts,
            flows_run.credits_applied,
            flows_run.written_off,
            flows_run.cleared_without_counterpart,
            cast(coalesce(open_summed.open_amount, 0) as decimal(18, 4)) as open_amount_functional,
            case
                when
                    flows_run.invoiced > 0
                    and abs(flows_run.collected) <= {{ times("flows_run.invoiced", "1000000") }}
                then
                    cast(
                        cast(- flows_run.collected as double)
                        / cast(flows_run.invoiced as double) as decimal(18, 6)
                    )
            end as collected_share,
            case
                when
                    flows_run.invoiced > 0
                    and abs(coalesce(open_summed.open_amount, 0))
                    <= {{ times("flows_run.invoiced", "1000000") }}
                then
                    cast(
                        cast(coalesce(open_summed.open_amount, 0) as double)
                        / cast(flows_run.invoiced as double) as decimal(18, 6)
                    )
            end as open_share
        from flows_run
        left join
            open_summed
            on flows_run.legal_entity_id = open_summed.legal_entity_id
            and flows_run.as_of = open_summed.as_of
            and flows_run.month_start_date = open_summed.month_start_date
    )

select *
from vintages_drawn
