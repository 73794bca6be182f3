select as_of, open_amount, past_due
from dashboard.cut_customers
where
    as_of <= $reported
    and legal_entity_id = $entity
    and segment = 'all'
    and currency_view = $view
    and customer_key = $customer_key
order by as_of
