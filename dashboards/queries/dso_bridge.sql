select *
from marts.rpt_dso_bridge
where legal_entity_id = $entity and as_of <= $reported
order by as_of desc
limit 13
