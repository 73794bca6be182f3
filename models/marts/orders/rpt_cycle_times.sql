-- How long the stages of orders take. Waiting for the open ones to end would show the fast ones
-- only, so the share still open after so many days is estimated by Kaplan and Meier's product: on
-- each day on which stages ended, those that had lasted until then times the part that went on.
with

    stage_days as (select * from {{ ref("int_order_stage_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    days_counted as (
        select
            legal_entity_id,
            period,
            stage,
            days,
            sum(stages) as stages,
            coalesce(sum(case when stage_state = 'ended' then stages end), 0) as stages_ended
        from stage_days
        where stage_state <> 'abandoned'
        group by legal_entity_id, period, stage, days
    ),

    lasting_counted as (
        -- an open stage has lasted its days, and counts as lasting on the last of them
        select
            *,
            sum(stages) over (
                partition by legal_entity_id, period, stage
                order by days desc
                rows between unbounded preceding and current row
            ) as stages_lasting
        from days_counted
    ),

    shares_estimated as (
        select
            legal_entity_id,
            period,
            stage,
            days,
            case
                when
                    bool_or(stages_ended = stages_lasting) over (
                        partition by legal_entity_id, period, stage
                        order by days
                        rows between unbounded preceding and current row
                    )
                then cast(0 as double)
                else
                    exp(
                        sum(
                            case
                                when stages_ended < stages_lasting
                                then
                                    ln(
                                        cast(stages_lasting - stages_ended as double)
                                        / cast(stages_lasting as double)
                                    )
                            end
                        ) over (
                            partition by legal_entity_id, period, stage
                            order by days
                            rows between unbounded preceding and current row
                        )
                    )
            end as share_lasting_longer
        from lasting_counted
    ),

    quantiles_read as (
        -- a billionth allows for the logarithms, whose sum misses a half by less
        select
            legal_entity_id,
            period,
            stage,
            min(case when share_lasting_longer <= 0.5 + 1e-9 then days end) as days_median,
            min(case when share_lasting_longer <= 0.1 + 1e-9 then days end) as days_p90
        from shares_estimated
        group by legal_entity_id, period, stage
    ),

    stages_summed as (
        select
            legal_entity_id,
            period,
            stage,
            {% for state in ["ended", "open", "abandoned"] -%}
                cast(
                    coalesce(sum(case when stage_state = '{{ state }}' then stages end), 0) as bigint
                ) as stages_{{ state }},
            {% endfor -%}
            sum(case when stage_state = 'ended' then days * stages end) as days_of_ended
        from stage_days
        group by legal_entity_id, period, stage
    ),

    quantiles_joined as (
        select
            stages_summed.period,
            stages_summed.legal_entity_id,
            as_of.as_of,
            stages_summed.stage,
            stages_summed.stages_ended + stages_summed.stages_open as stages,
            stages_summed.stages_ended,
            stages_summed.stages_open,
            stages_summed.stages_abandoned,
            quantiles_read.days_median,
            quantiles_read.days_p90,
            case
                when stages_summed.stages_ended > 0
                then
                    cast(
                        cast(stages_summed.days_of_ended as double)
                        / cast(stages_summed.stages_ended as double) as decimal(18, 6)
                    )
            end as days_mean_of_ended,
            case
                when stages_summed.stages_ended + stages_summed.stages_open = 0
                then 'no_stages'
                when quantiles_read.days_median is null
                then 'median_not_reached'
                when quantiles_read.days_p90 is null
                then 'p90_not_reached'
            end as null_reason
        from stages_summed
        cross join as_of
        left join
            quantiles_read
            on stages_summed.legal_entity_id = quantiles_read.legal_entity_id
            and stages_summed.period = quantiles_read.period
            and stages_summed.stage = quantiles_read.stage
    )

select *
from quantiles_joined
