{#-
  The hazard of being paid, summed up to so many tenths of a spread after the day on which a payer usually settles, as
  each origin knows it (Kaplan and Meier: an invoice still open counts until the origin). Of invoices unpaid at one
  step, the share exp(-difference) is unpaid at a later one. Beyond what was seen, the last rate at which late invoices
  came goes on. `differences` has a row per origin and invoice: is_paid, weight, and difference, the spreads between
  the day on which it was paid, or until which it was unpaid, and the one around which its payer settles.
-#}
{% macro payment_hazards(differences) -%}
    {%- set first_step = -150 %}
    {%- set last_step = 1500 %}
    with

        steps_taken as (
            select
                origin_date,
                least(
                    greatest(cast(floor(round(10 * difference, 6)) as integer), {{ first_step }}),
                    {{ last_step }}
                ) as step,
                {{ exact_sum("case when is_paid then weight else 0 end") }} as paid,
                {{ exact_sum("weight") }} as gone
            from {{ differences }}
            group by
                origin_date,
                least(
                    greatest(cast(floor(round(10 * difference, 6)) as integer), {{ first_step }}),
                    {{ last_step }}
                )
        ),

        exposures_run as (
            select
                *,
                cast(
                    sum(cast(gone as decimal(28, 6))) over (
                        partition by origin_date
                        order by step
                        rows between current row and unbounded following
                    ) as double
                ) as at_risk,
                cast(
                    sum(cast(gone as decimal(28, 6))) over (partition by origin_date) as double
                ) as all_weight
            from steps_taken
        ),

        tails_found as (
            -- the tail begins where little is left to learn from; its rate is that of all late
            -- payments
            select
                origin_date,
                min(
                    case when at_risk < greatest(0.03 * all_weight, 2) and step >= 10 then step end
                ) as tail_step
            from exposures_run
            group by origin_date
        ),

        tail_rates as (
            select
                exposures_run.origin_date,
                tails_found.tail_step,
                ({{ exact_sum("exposures_run.paid") }} + 0.2) / (
                    {{
                        exact_sum(
                            "exposures_run.gone * (exposures_run.step - (tails_found.tail_step - 10))"
                        )
                    }} + 20
                ) as rate
            from exposures_run
            inner join tails_found on exposures_run.origin_date = tails_found.origin_date
            where exposures_run.step >= tails_found.tail_step - 10
            group by exposures_run.origin_date, tails_found.tail_step
        ),

        all_steps as ({{ number_range(first_step, last_step, "step") }}),

        rates_by_step as (
            select
                tail_rates.origin_date,
                all_steps.step,
                case
                    when all_steps.step >= tail_rates.tail_step
                    then tail_rates.rate
                    when exposures_run.paid > 0
                    then exposures_run.paid / exposures_run.at_risk
                    else 0
                end as rate
            from tail_rates
            cross join all_steps
            left join
                exposures_run
                on tail_rates.origin_date = exposures_run.origin_date
                and all_steps.step = exposures_run.step
        ),

        hazards_run as (
            select
                origin_date,
                step,
                cast(
                    - sum(cast(round(ln(1 - least(rate, 0.999)), 9) as decimal(28, 9))) over (
                        partition by origin_date
                        order by step
                        rows between unbounded preceding and current row
                    ) as double
                ) as cumulative_hazard
            from rates_by_step
        )

    select *
    from hazards_run
{%- endmacro %}
