{#-
  How each payer settles, as each origin knows it: days after the due date, drawn towards segment and company where the
  payer's own invoices are few; what a dispute adds; how far its payments spread. Recent invoices count more (half as
  much after the half-life); single payments far off count only up to four times the usual spread. Payments within the
  discount period are a habit of their own. `history` has a row per origin and invoice with its position.
-#}
{% macro payer_habits(history) -%}
    with

        history as (select * from {{ history }}),

        payments_listed as (
            select origin_date, document_key, payer_key, segment, weight, position, is_disputed
            from history
            where is_paid and not is_discount_taken
        ),

        dispute_contrasts as (
            select
                origin_date,
                payer_key,
                {{ exact_sum("case when is_disputed then weight else 0 end") }} as weight_disputed,
                {{ exact_sum("case when is_disputed then 0 else weight end") }} as weight_plain,
                {{ exact_sum("case when is_disputed then weight * position else 0 end") }} as total_disputed,
                {{ exact_sum("case when is_disputed then 0 else weight * position end") }} as total_plain
            from payments_listed
            group by origin_date, payer_key
        ),

        dispute_effects as (
            select
                origin_date,
                {{
                exact_sum(
                    "(total_disputed * weight_plain - total_plain * weight_disputed)"
                    ~ " / (weight_disputed + weight_plain)"
                )
            }} / (
                    {{ exact_sum("weight_disputed * weight_plain / (weight_disputed + weight_plain)") }}
                    + {{ forecast_setting("dispute_weight") }}
                ) as dispute_days
            from dispute_contrasts
            where weight_disputed > 0 and weight_plain > 0
            group by origin_date
        ),

        payments_without_disputes as (
            select
                payments_listed.*,
                coalesce(dispute_effects.dispute_days, 0) as dispute_days,
                payments_listed.position - case
                    when payments_listed.is_disputed then coalesce(dispute_effects.dispute_days, 0) else 0
                end as value
            from payments_listed
            left join dispute_effects on payments_listed.origin_date = dispute_effects.origin_date
        ),

        first_levels as ({{ customer_levels("payments_without_disputes") }}),

        first_spreads as (
            select
                payments_without_disputes.origin_date,
                {{
                    exact_sum(
                        "payments_without_disputes.weight"
                        ~ " * abs(payments_without_disputes.value - first_levels.level)"
                    )
                }} / {{ exact_sum("payments_without_disputes.weight") }} as spread
            from payments_without_disputes
            inner join
                first_levels
                on payments_without_disputes.origin_date = first_levels.origin_date
                and payments_without_disputes.payer_key = first_levels.payer_key
            group by payments_without_disputes.origin_date
            having {{ exact_sum("payments_without_disputes.weight") }} > 0
        ),

        payments_clipped as (
            select
                payments_without_disputes.origin_date,
                payments_without_disputes.document_key,
                payments_without_disputes.payer_key,
                payments_without_disputes.segment,
                payments_without_disputes.weight,
                payments_without_disputes.position,
                payments_without_disputes.is_disputed,
                payments_without_disputes.dispute_days,
                first_levels.level + least(
                    greatest(
                        payments_without_disputes.value - first_levels.level,
                        -{{ forecast_setting("clip_scales") }} * first_spreads.spread
                    ),
                    {{ forecast_setting("clip_scales") }} * first_spreads.spread
                ) as value
            from payments_without_disputes
            inner join
                first_levels
                on payments_without_disputes.origin_date = first_levels.origin_date
                and payments_without_disputes.payer_key = first_levels.payer_key
            inner join first_spreads on payments_without_disputes.origin_date = first_spreads.origin_date
        ),

        levels as ({{ customer_levels("payments_clipped") }}),

        levels_of_segments as ({{ segment_levels("payments_clipped") }}),

        payments_left_over as (
            select
                payments_clipped.*,
                payments_clipped.value - levels.level as difference,
                (levels.payer_weight + levels.pull)
                / greatest(levels.payer_weight + levels.pull - payments_clipped.weight, 0.3) as leverage
            from payments_clipped
            inner join
                levels
                on payments_clipped.origin_date = levels.origin_date
                and payments_clipped.payer_key = levels.payer_key
        ),

        spreads_of_payers as (
            select
                origin_date,
                payer_key,
                {{ exact_sum("weight") }} as weight,
                {{ exact_sum("weight * abs(difference) * leverage") }} as total_spread,
                {{ exact_sum("case when is_disputed then weight else 0 end") }} as weight_disputed,
                {{ exact_sum("case when is_disputed then weight * difference else 0 end") }} as total_disputed
            from payments_left_over
            group by origin_date, payer_key
        ),

        companies as (
            select
                origin_date,
                {{ exact_sum("total_spread") }} / {{ exact_sum("weight") }} as spread,
                count(*) as payers
            from spreads_of_payers
            group by origin_date
        ),

        means_of_companies as (
            select origin_date, {{ exact_sum("weight * value") }} / {{ exact_sum("weight") }} as level
            from payments_clipped
            group by origin_date
        ),

        payers as (select distinct origin_date, payer_key, segment from history),

        habits_described as (
            select
                payers.origin_date,
                payers.payer_key,
                payers.segment,
                coalesce(levels.payer_weight, 0) as payer_weight,
                coalesce(levels.pull, 1) as pull,
                round(
                    coalesce(levels.level, levels_of_segments.level, means_of_companies.level), 6
                ) as level_days,
                round(means_of_companies.level, 6) as company_days,
                round(
                    coalesce(dispute_effects.dispute_days, 0)
                    + coalesce(spreads_of_payers.total_disputed, 0)
                    / (
                        coalesce(spreads_of_payers.weight_disputed, 0)
                        + {{ forecast_setting("dispute_customer_weight") }}
                    ),
                    6
                ) as dispute_days,
                greatest(
                    round(
                        (
                            coalesce(spreads_of_payers.total_spread, 0)
                            + {{ forecast_setting("scale_weight") }} * companies.spread
                        )
                        / (coalesce(spreads_of_payers.weight, 0) + {{ forecast_setting("scale_weight") }}),
                        6
                    ),
                    0.5
                ) as spread_days
            from payers
            inner join companies on payers.origin_date = companies.origin_date
            inner join means_of_companies on payers.origin_date = means_of_companies.origin_date
            left join
                levels on payers.origin_date = levels.origin_date and payers.payer_key = levels.payer_key
            left join
                levels_of_segments
                on payers.origin_date = levels_of_segments.origin_date
                and payers.segment = levels_of_segments.segment
            left join
                spreads_of_payers
                on payers.origin_date = spreads_of_payers.origin_date
                and payers.payer_key = spreads_of_payers.payer_key
            left join dispute_effects on payers.origin_date = dispute_effects.origin_date
        )

    select *
    from habits_described
{%- endmacro %}
