select period, legal_entity_id, statement_line, actual, budget, variance, favourable_variance
from marts.rpt_budget_variance
where legal_entity_id = $entity and period = $period
order by statement_line
