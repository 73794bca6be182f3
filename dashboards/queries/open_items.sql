select items.as_of, items.legal_entity_id, items.doc_id, items.customer_id, customers.name as customer,
    items.document_date, items.due_date, items.currency, items.open_amount, items.open_amount_functional,
    items.days_past_due, items.due_date_bucket, items.source_system, entities.functional_currency
from marts.rpt_ar_open_items as items
left join marts.dim_customer as customers on items.customer_key = customers.customer_key
left join marts.dim_legal_entity as entities on items.legal_entity_id = entities.legal_entity_id
where
    items.as_of = $reported
    and (items.legal_entity_id = $entity or $entity = '*')
    and (customers.segment = $segment or $segment = 'all')
order by items.days_past_due desc nulls last, items.open_amount_functional desc, items.doc_id
