select cash.as_of, cash.legal_entity_id, cash.source_system, cash.payment_id, cash.customer_id,
    customers.name as customer, cash.posting_date, cash.age_days, cash.currency, cash.unapplied_amount,
    cash.unapplied_functional, entities.functional_currency
from marts.rpt_unapplied_cash as cash
left join marts.dim_customer as customers on cash.customer_key = customers.customer_key
left join marts.dim_legal_entity as entities on cash.legal_entity_id = entities.legal_entity_id
where
    cash.as_of = $reported
    and (cash.legal_entity_id = $entity or $entity = '*')
    and (customers.segment = $segment or $segment = 'all')
order by cash.posting_date, cash.payment_id
