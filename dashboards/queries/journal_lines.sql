select lines.*, entities.functional_currency
from marts.fct_gl_lines as lines
left join marts.dim_legal_entity as entities on lines.legal_entity_id = entities.legal_entity_id
where
    lines.account_id = $account
    and lines.period = $period
    and (lines.legal_entity_id = $entity or $entity = '*')
    and lines.posting_date <= $as_of
order by lines.posting_date, lines.journal_id, lines.line_no
