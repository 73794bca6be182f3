with

    report_periods as (select * from {{ ref("int_report_periods") }}),

    changes as (select * from {{ ref("int_backlog_changes") }}),

    backlog as (select * from {{ ref("rpt_order_backlog") }}),

    changes_pivoted as (
        -- a sum without a rate for one of its lines is null, one without lines is zero
        select
            report_periods.period,
            report_periods.legal_entity_id,
            report_periods.last_date as as_of,
            {% for change_type in [
                "opening",
                "confirmed",
                "cancelled",
                "repricing",
                "shipped",
                "recognised",
                "fx_difference",
            ] -%}
                case
                    when
                        count(case when changes.change_type = '{{ change_type }}' then 1 end)
                        = count(case when changes.change_type = '{{ change_type }}' then changes.amount end)
                    then
                        {{
                            sum_money(
                                "case when changes.change_type = '"
                                ~ change_type
                                ~ "' then changes.amount end"
                            )
                        }}
                end as {{ change_type }}{{ "," if not loop.last }}
            {% endfor %}
        from report_periods
        left join
            changes
            on report_periods.legal_entity_id = changes.legal_entity_id
            and report_periods.period = changes.period
        group by report_periods.period, report_periods.legal_entity_id, report_periods.last_date
    ),

    closings_summed as (
        select
            as_of,
            legal_entity_id,
            case
                when count(*) = count(backlog_functional) then {{ sum_money("backlog_functional") }}
            end as closing,
            count(*) as lines
        from backlog
        group by as_of, legal_entity_id
    ),

    closings_joined as (
        select
            changes_pivoted.period,
            changes_pivoted.legal_entity_id,
            changes_pivoted.as_of,
            changes_pivoted.opening,
            changes_pivoted.confirmed,
            changes_pivoted.cancelled,
            changes_pivoted.repricing,
            changes_pivoted.shipped,
            changes_pivoted.recognised,
            changes_pivoted.fx_difference,
            case when closings_summed.lines is null then 0 else closings_summed.closing end as closing
        from changes_pivoted
        left join
            closings_summed
            on changes_pivoted.as_of = closings_summed.as_of
            and changes_pivoted.legal_entity_id = closings_summed.legal_entity_id
    )

select *
from closings_joined
