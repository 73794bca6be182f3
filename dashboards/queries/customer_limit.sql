select *
from dashboard.cut_customer_limits
where customer_key = $customer_key
