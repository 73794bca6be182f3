select statement.period, statement.legal_entity_id, statement.line, statement.line_type, statement.amount,
    statement.line_type = 'subtotal' as is_total
from marts.rpt_income_statement as statement
left join
    dashboard.cut_income_line_order as places
    on statement.legal_entity_id = places.legal_entity_id
    and statement.line = places.line
    and statement.line_type = places.line_type
where statement.legal_entity_id = $entity and statement.period = $period
order by places.line_position, statement.line
