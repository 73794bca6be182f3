select period, legal_entity_id, opening, invoiced, credited, collected, discounts, written_off, fx_difference, closing
from marts.rpt_ar_rollforward
where legal_entity_id = $entity and period <= $period
order by period desc
limit 13
