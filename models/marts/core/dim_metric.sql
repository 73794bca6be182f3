-- The definitions that reports, tooltips and exports show, for whoever queries the marts.
with

    metric_definitions as (select * from {{ ref("metric_definitions") }}),

    columns_chosen as (
        select metric_id, name, formula, unit, sign, better_when, edge_rule, owner from metric_definitions
    )

select *
from columns_chosen
