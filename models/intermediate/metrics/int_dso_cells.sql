-- Days sales outstanding at a month end and at the one before, cut so that like stands beside
-- like: the same age of billing, the same customer segment. Later amounts are at the earlier
-- date's exchange rates; for the group both sides are in reporting currency at the rates of the
-- earlier date.
{%- set billed_amounts = ["billed_before", "billed", "credit_sales"] %}
{%- set amounts = billed_amounts + ["not_due_before", "past_due_before", "not_due", "past_due"] %}
with

    terms as (select * from {{ ref("int_metric_terms_of_companies") }}),

    dso_ages as (select * from {{ ref("int_dso_ages") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    bridges_found as (
        -- a bridge needs both month ends
        select current_terms.legal_entity_id, current_terms.as_of, previous_terms.as_of as previous_as_of
        from terms as current_terms
        inner join
            terms as previous_terms
            on current_terms.legal_entity_id = previous_terms.legal_entity_id
            and previous_terms.as_of = {{ add_days("current_terms.first_date", -1) }}
        where current_terms.as_of = {{ month_end("current_terms.as_of") }}
    ),

    sides_unioned as (
        select
            as_of,
            {{ add_days(month_start("as_of"), -1) }} as previous_as_of,
            legal_entity_id,
            age_months,
            segment,
            has_segments,
            0 as billed_before,
            0 as not_due_before,
            0 as past_due_before,
            billed_at_rates_before as billed,
            not_due_at_rates_before as not_due,
            past_due_at_rates_before as past_due,
            credit_sales_at_rates_before as credit_sales
        from dso_ages
        union all
        select
            {{ month_end(add_days("as_of", 1)) }} as as_of,
            as_of as previous_as_of,
            legal_entity_id,
            age_months,
            segment,
            has_segments,
            billed as billed_before,
            not_due as not_due_before,
            past_due as past_due_before,
            0 as billed,
            0 as not_due,
            0 as past_due,
            0 as credit_sales
        from dso_ages
    ),

    segments_compared as (
        -- an age one of whose months is known only as a whole is compared as a whole
        select
            *,
            bool_and(has_segments) over (
                partition by legal_entity_id, as_of, age_months
            ) as is_known_by_segment
        from sides_unioned
    ),

    cells_summed as (
        select
            as_of,
            previous_as_of,
            legal_entity_id,
            age_months,
            case when is_known_by_segment then segment else '' end as segment,
            {% for amount in amounts -%}
                {{ sum_money(amount) }} as {{ amount }} {{- "," if not loop.last }}
            {% endfor %}
        from segments_compared
        group by
            as_of,
            previous_as_of,
            legal_entity_id,
            age_months,
            case when is_known_by_segment then segment else '' end
    ),

    mean_rates as (
        select distinct legal_entity_id, average_rate, {{ month_start("rate_date") }} as month_start_date
        from translation_rates
    ),

    cells_with_rates as (
        -- a month of billing before the first rates takes the rate of the earlier date
        select
            cells_summed.*,
            coalesce(opening_rates.closing_rate, closing_rates.closing_rate) as balance_rate,
            coalesce(
                mean_rates.average_rate, opening_rates.closing_rate, closing_rates.closing_rate
            ) as billing_rate
        from cells_summed
        inner join
            translation_rates as closing_rates
            on cells_summed.legal_entity_id = closing_rates.legal_entity_id
            and cells_summed.as_of = closing_rates.rate_date
        left join
            translation_rates as opening_rates
            on cells_summed.legal_entity_id = opening_rates.legal_entity_id
            and cells_summed.previous_as_of = opening_rates.rate_date
        left join
            mean_rates
            on cells_summed.legal_entity_id = mean_rates.legal_entity_id
            and cells_summed.age_months
            = {{ months_between("mean_rates.month_start_date", month_start("cells_summed.previous_as_of")) }}
    ),

    entities_and_group_unioned as (
        select as_of, legal_entity_id, age_months, segment as slice, {{ amounts | join(", ") }}
        from cells_summed
        union all
        select
            as_of,
            '*' as legal_entity_id,
            age_months,
            legal_entity_id || ':' || segment as slice,
            {% for amount in amounts -%}
                {{ times(amount, "billing_rate" if amount in billed_amounts else "balance_rate") }}
                as {{ amount }} {{- "," if not loop.last }}
            {% endfor %}
        from cells_with_rates
    ),

    cells_of_bridges as (
        select entities_and_group_unioned.*, bridges_found.previous_as_of
        from entities_and_group_unioned
        inner join
            bridges_found
            on entities_and_group_unioned.legal_entity_id = bridges_found.legal_entity_id
            and entities_and_group_unioned.as_of = bridges_found.as_of
    )

select *
from cells_of_bridges
