select *
from dashboard.cut_profitability
where period = $period and legal_entity_id = $entity and dimension = $dimension
order by net_revenue desc, member_key
