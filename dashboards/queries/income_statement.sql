select period, legal_entity_id, line, line_type, amount, line_type = 'subtotal' as is_total
from marts.rpt_income_statement
where legal_entity_id = $entity and period = $period
order by
    case line
        when 'net_revenue' then 2 when 'gross_profit' then 4 when 'operating_result' then 6 when 'net_income' then 8
        else 1
    end,
    line
