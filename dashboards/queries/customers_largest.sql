select customers.customer_key, customers.customer_id, customers.name, customers.source_system
from dashboard.cut_customers as owing
left join marts.dim_customer as customers on owing.customer_key = customers.customer_key
where
    owing.as_of = $reported
    and owing.legal_entity_id = $entity
    and owing.segment = $segment
    and owing.currency_view = $view
order by owing.place
limit 50
