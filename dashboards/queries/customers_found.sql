select distinct customers.customer_key, customers.customer_id, customers.name, customers.source_system
from marts.dim_customer as customers
left join marts.fct_ar_documents as documents on customers.customer_key = documents.customer_key
where
    (customers.name ilike $like or customers.customer_id ilike $like)
    and (documents.legal_entity_id = $entity or $entity = '*')
order by customers.name, customers.customer_id
limit 50
