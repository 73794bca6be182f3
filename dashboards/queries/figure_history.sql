select figures.as_of, figures.figure, definitions.name, figures.value, figures.null_reason
from dashboard.cut_figures as figures
left join marts.dim_metric as definitions on figures.figure = definitions.metric_id
where figures.legal_entity_id = $entity and figures.segment = $segment and figures.as_of <= $as_of
order by figures.figure, figures.as_of
