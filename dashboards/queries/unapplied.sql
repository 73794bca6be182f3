select as_of, legal_entity_id, payment_id, customer_id, posting_date, currency, unapplied_amount, unapplied_functional
from marts.rpt_unapplied_cash
where as_of = $as_of and (legal_entity_id = $entity or $entity = '*')
order by posting_date, payment_id
