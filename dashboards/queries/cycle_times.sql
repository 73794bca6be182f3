select *
from marts.rpt_cycle_times
where (legal_entity_id = $entity or $entity = '*') and period <= $period
order by period desc, legal_entity_id, stage
limit 240
