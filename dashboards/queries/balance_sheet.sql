select as_of, legal_entity_id, section, line, amount
from marts.rpt_balance_sheet
where legal_entity_id = $entity and as_of = $as_of
order by section, line
