-- The weeks that each forecast looks at: thirteen from the one that holds the day after the
-- origin. Of a broken first week only the days after the origin count.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    horizons as (
        {%- for horizon in range(1, 14) %}
            select {{ horizon }} as horizon_week
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    weeks_listed as (
        select
            origins.origin_date,
            horizons.horizon_week,
            {{ add_days("origins.first_week_start", "7 * (horizons.horizon_week - 1)") }} as week_start,
            greatest(
                {{ add_days("origins.first_week_start", "7 * (horizons.horizon_week - 1)") }},
                {{ add_days("origins.origin_date", 1) }}
            ) as first_day,
            {{ add_days("origins.first_week_start", "7 * horizons.horizon_week - 1") }} as last_day
        from origins
        cross join horizons
    )

select *
from weeks_listed
