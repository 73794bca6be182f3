select figures.as_of, figures.legal_entity_id, figures.segment, figures.currency_view, figures.figure,
    figures.currency, definitions.name, figures.value, figures.null_reason
from dashboard.cut_figures as figures
left join marts.dim_metric as definitions on figures.figure = definitions.metric_id
where
    figures.legal_entity_id = $entity
    and figures.segment = $segment
    and figures.currency_view = $view
    and figures.as_of <= $reported
order by figures.figure, figures.as_of
