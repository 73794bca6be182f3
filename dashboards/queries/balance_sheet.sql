select as_of, legal_entity_id, section, line, amount
from marts.rpt_balance_sheet
where legal_entity_id = $entity and as_of = $reported
order by case section when 'asset' then 1 when 'liability' then 2 else 3 end, line
