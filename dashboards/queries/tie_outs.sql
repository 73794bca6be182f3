select as_of, legal_entity_id, control_account, subledger, gl_balance, difference
from marts.rpt_subledger_tie_out
where as_of = $reported and (legal_entity_id = $entity or $entity = '*')
order by legal_entity_id, control_account
