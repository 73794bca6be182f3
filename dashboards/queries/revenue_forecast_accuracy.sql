select accuracy.*, run_rates.wape as wape_run_rate
from marts.rpt_revenue_forecast_accuracy as accuracy
left join
    marts.rpt_revenue_forecast_accuracy as run_rates
    on accuracy.legal_entity_id = run_rates.legal_entity_id
    and accuracy.horizon_month = run_rates.horizon_month
    and run_rates.model = 'run_rate'
where accuracy.model = 'product' and (accuracy.legal_entity_id = $entity or $entity = '*')
order by accuracy.legal_entity_id, accuracy.horizon_month
