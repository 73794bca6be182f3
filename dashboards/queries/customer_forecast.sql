select forecast.*, entities.functional_currency
from marts.rpt_cash_forecast_invoices as forecast
left join marts.dim_legal_entity as entities on forecast.legal_entity_id = entities.legal_entity_id
where
    forecast.customer_id = $customer_id
    and forecast.source_system = $source_system
    and (forecast.legal_entity_id = $entity or $entity = '*')
order by forecast.expected_date, forecast.doc_id
