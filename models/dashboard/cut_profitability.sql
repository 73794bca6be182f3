-- Profitability with its lines beside each other: one row for each customer, segment or product.
with

    profitability as (select * from {{ ref("rpt_profitability") }}),

    lines_pivoted as (
        select
            period,
            legal_entity_id,
            dimension,
            member_key,
            max(member) as member,
            max(member_name) as member_name,
            {%- for line in (
                "net_revenue",
                "cost_of_sales",
                "gross_margin",
                "direct_costs",
                "other_result",
                "contribution",
            ) %}
                {{ sum_money("case when line = '" ~ line ~ "' then effect_on_result end") }} as {{ line }}
                {{- "," if not loop.last }}
            {%- endfor %}
        from profitability
        group by period, legal_entity_id, dimension, member_key
    ),

    margins_taken as (
        select
            *,
            case
                when net_revenue > 0 then cast(gross_margin as double) / cast(net_revenue as double)
            end as gross_margin_ratio,
            case
                when net_revenue > 0 then cast(contribution as double) / cast(net_revenue as double)
            end as contribution_ratio
        from lines_pivoted
    )

select *
from margins_taken
