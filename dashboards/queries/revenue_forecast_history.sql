select history.*, entities.functional_currency as currency
from marts.rpt_revenue_forecast_history as history
left join marts.dim_legal_entity as entities on history.legal_entity_id = entities.legal_entity_id
where history.actual is not null and (history.legal_entity_id = $entity or $entity = '*')
order by history.period desc, history.legal_entity_id, history.origin_date desc, history.run_id desc
