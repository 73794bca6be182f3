select control_id, title, domain, assertion, severity, status, failures, amount_at_risk, owner, covers,
    is_overridden, override_reason, override_approver, override_expires_on, applicability_reason, message, run_at
from marts.rpt_control_results
where run_id = $run_id
order by control_id
