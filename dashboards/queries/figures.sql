select figures.*, definitions.name, definitions.formula, definitions.unit, definitions.sign,
    definitions.better_when, definitions.edge_rule, definitions.owner
from dashboard.cut_figures as figures
left join marts.dim_metric as definitions on figures.metric_id = definitions.metric_id
where
    figures.as_of = $reported
    and figures.legal_entity_id = $entity
    and figures.segment = $segment
    and figures.currency_view = $view
order by figures.figure
