select run_at, run_id, status, severity, failures, amount_at_risk
from marts.rpt_control_results
where control_id = $control_id
order by run_at desc
limit 60
