select
    items.as_of, items.legal_entity_id, items.source_system, items.doc_id, items.document_date, items.due_date,
    items.days_past_due, items.currency, items.open_amount, items.open_amount_functional,
    entities.functional_currency
from marts.rpt_ar_open_items as items
left join marts.dim_legal_entity as entities on items.legal_entity_id = entities.legal_entity_id
where
    items.as_of = $reported
    and items.customer_key = $customer_key
    and (items.legal_entity_id = $entity or $entity = '*')
order by items.due_date nulls last, items.doc_id
