with

    intervals as (select * from {{ ref("int_forecast_revenue_intervals") }} where is_scored),

    models_listed as (
        {%- for model, amount in {"product": "expected", "run_rate": "run_rate"}.items() %}
            select
                origin_date,
                period,
                horizon_month,
                legal_entity_id,
                '{{ model }}' as model,
                {{ amount }} as expected,
                {%- for quantile in ("p10", "p50", "p90") %}
                    {{ quantile if model == "product" else "cast(null as decimal(18, 4))" }}
                    as {{ quantile }},
                {%- endfor %}
                actual
            from intervals {{- " union all" if not loop.last }}
        {%- endfor %}
    )

select *
from models_listed
