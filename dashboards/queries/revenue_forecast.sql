select forecast.*, entities.functional_currency as currency
from marts.rpt_revenue_forecast as forecast
left join marts.dim_legal_entity as entities on forecast.legal_entity_id = entities.legal_entity_id
where forecast.legal_entity_id = $entity or $entity = '*'
order by forecast.legal_entity_id, forecast.period
