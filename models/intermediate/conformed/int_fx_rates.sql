-- Currencies mean the same everywhere: where several sources deliver a rate, the source of the best
-- rank is taken.
with

    fx_rates as ({{ union_kinds("fx_rates") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    rates_ranked as (
        select
            fx_rates.*,
            row_number() over (
                partition by fx_rates.from_currency, fx_rates.to_currency, fx_rates.rate_date
                order by source_groups.source_rank
            ) as delivery_rank
        from fx_rates
        inner join source_groups on fx_rates.source_system = source_groups.source_system
    ),

    rates_of_leading_source as (
        select source_system, from_currency, to_currency, rate_date, rate, {{ lineage() }}
        from rates_ranked
        where delivery_rank = 1
    )

select *
from rates_of_leading_source
