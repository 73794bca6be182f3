select *
from dashboard.cut_disputes
where
    customer_key = $customer_key
    and (legal_entity_id = $entity or $entity = '*')
    and opened_date <= $reported
order by closed_date desc nulls first, opened_date desc
