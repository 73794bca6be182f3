select
    weeks.origin_date,
    weeks.week_start,
    weeks.legal_entity_id,
    weeks.currency,
    weeks.total_receipts as base_receipts,
    receipts.expected as receipts,
    weeks.closing_cash as base_closing_cash,
    cash.expected as closing_cash,
    weeks.minimum_cash,
    cash.expected < weeks.minimum_cash as is_below_minimum
from dashboard.cut_cash_weeks as weeks
left join
    marts.cash_forecast_scenario (
        $delay_days, $customer_id, $customer_delay_days, $customer_stops, $fx_shift_pct
    ) as receipts
    on weeks.legal_entity_id = receipts.legal_entity_id
    and weeks.week_start = receipts.week_start
    and receipts.line = 'total_receipts'
left join
    marts.cash_forecast_scenario (
        $delay_days, $customer_id, $customer_delay_days, $customer_stops, $fx_shift_pct
    ) as cash
    on weeks.legal_entity_id = cash.legal_entity_id
    and weeks.week_start = cash.week_start
    and cash.line = 'closing_cash'
where weeks.legal_entity_id = $entity
order by weeks.horizon_week
