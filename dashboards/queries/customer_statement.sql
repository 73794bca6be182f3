select *
from dashboard.cut_customer_statement
where
    customer_key = $customer_key
    and (legal_entity_id = $entity or $entity = '*')
    and posting_date <= $reported
order by posting_date desc, legal_entity_id, position_in_account desc
