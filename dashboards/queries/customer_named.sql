select *
from marts.dim_customer
where customer_id = $customer or customer_key = $customer
order by customer_key
