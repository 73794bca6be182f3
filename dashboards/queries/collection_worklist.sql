select
    worklist.*,
    customers.customer_key,
    customers.name as customer,
    entities.functional_currency as functional_currency
from marts.rpt_collection_worklist as worklist
left join
    marts.dim_customer as customers
    on worklist.source_system = customers.source_system
    and worklist.customer_id = customers.customer_id
left join marts.dim_legal_entity as entities on worklist.legal_entity_id = entities.legal_entity_id
where worklist.legal_entity_id = $entity or $entity = '*'
order by worklist.amount_days desc, worklist.doc_id
limit 60
