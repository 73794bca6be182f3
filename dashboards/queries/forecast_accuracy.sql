select
    product.model,
    product.horizon,
    product.n_origins,
    product.wape,
    product.bias,
    product.coverage_80,
    product.mean_width,
    product.skill_vs_due_date,
    product.skill_vs_customer_delay,
    product.share_known_at_assumed,
    product.data_from,
    product.data_to,
    product.model_version,
    due_date.wape as wape_due_date,
    customer_delay.wape as wape_customer_delay,
    run_rate.wape as wape_run_rate
from marts.rpt_cash_forecast_accuracy as product
left join
    marts.rpt_cash_forecast_accuracy as due_date
    on product.horizon = due_date.horizon
    and due_date.model = 'due_date'
left join
    marts.rpt_cash_forecast_accuracy as customer_delay
    on product.horizon = customer_delay.horizon
    and customer_delay.model = 'customer_delay'
left join
    marts.rpt_cash_forecast_accuracy as run_rate
    on product.horizon = run_rate.horizon
    and run_rate.model = 'run_rate'
where product.model = 'product'
order by length(product.horizon), product.horizon
