select distinct forecast.customer_id, customers.name
from marts.rpt_cash_forecast_invoices as forecast
left join
    marts.dim_customer as customers
    on forecast.source_system = customers.source_system
    and forecast.customer_id = customers.customer_id
where forecast.legal_entity_id = $entity
order by customers.name, forecast.customer_id
