select owing.*, customers.customer_id, customers.name as customer, customers.segment as customer_segment
from dashboard.cut_customers as owing
left join marts.dim_customer as customers on owing.customer_key = customers.customer_key
where
    owing.as_of = $reported
    and owing.legal_entity_id = $entity
    and owing.segment = $segment
    and owing.currency_view = $view
    and owing.past_due > 0
order by owing.past_due desc, owing.customer_key
limit 25
