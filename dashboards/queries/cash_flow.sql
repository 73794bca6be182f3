select period, legal_entity_id, method, section, line, amount, section = 'total' as is_total
from marts.rpt_cash_flow
where legal_entity_id = $entity and period = $period
order by
    method,
    case section
        when 'operating' then 1 when 'investing' then 2 when 'financing' then 3 when 'fx' then 4 else 5
    end,
    line desc
