-- Money from orders not yet placed: the usual value of a week's orders times the share of it that
-- comes so many weeks later, both as seen before the origin. Where a company delivers no orders,
-- its invoices stand in for them.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    order_lines as (select * from {{ ref("int_forecast_order_lines") }}),

    versions as (select * from {{ ref("int_forecast_document_versions") }}),

    reductions as (select * from {{ ref("int_forecast_reductions") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    documents_placed as (
        select
            document_key,
            order_key,
            legal_entity_id,
            currency,
            max(posting_date) as posting_date,
            min(valid_from) as known_from,
            max(gross) as gross
        from versions
        where doc_type <> 'credit_memo'
        group by document_key, order_key, legal_entity_id, currency
    ),

    orders_placed as (select order_key, min(order_date) as order_date from order_lines group by order_key),

    business_listed as (
        select
            legal_entity_id,
            currency,
            {{ week_start_of("order_date") }} as business_week,
            known_from,
            {{ exact_sum("cast(ordered_value as double)") }} as value
        from order_lines
        group by legal_entity_id, currency, {{ week_start_of("order_date") }}, known_from
        union all
        select
            documents_placed.legal_entity_id,
            documents_placed.currency,
            {{ week_start_of("documents_placed.posting_date") }} as business_week,
            documents_placed.known_from,
            {{ exact_sum("cast(documents_placed.gross as double)") }} as value
        from documents_placed
        left join orders_placed on documents_placed.order_key = orders_placed.order_key
        where orders_placed.order_key is null
        group by
            documents_placed.legal_entity_id,
            documents_placed.currency,
            {{ week_start_of("documents_placed.posting_date") }},
            documents_placed.known_from
    ),

    cash_listed as (
        select
            documents_placed.legal_entity_id,
            documents_placed.currency,
            {{ week_start_of("coalesce(orders_placed.order_date, documents_placed.posting_date)") }}
            as business_week,
            {{ week_start_of("reductions.paid_on") }} as paid_week,
            reductions.counts_from,
            reductions.counts_before,
            {{ exact_sum("cast(reductions.cash_amount as double)") }} as cash
        from reductions
        inner join documents_placed on reductions.document_key = documents_placed.document_key
        left join orders_placed on documents_placed.order_key = orders_placed.order_key
        where reductions.kind in ('cash', 'clearing')
        group by
            documents_placed.legal_entity_id,
            documents_placed.currency,
            {{ week_start_of("coalesce(orders_placed.order_date, documents_placed.posting_date)") }},
            {{ week_start_of("reductions.paid_on") }},
            reductions.counts_from,
            reductions.counts_before
    ),

    business_known as (
        select
            origins.origin_date,
            origins.first_week_start,
            business_listed.legal_entity_id,
            business_listed.currency,
            business_listed.business_week,
            cast(
                {{ days_between("business_listed.business_week", "origins.first_week_start") }} / 7 as integer
            ) as weeks_ago,
            {{ exact_sum("business_listed.value * cast(rates.origin_rate as double)") }} as value
        from origins
        inner join
            business_listed
            on business_listed.known_from <= origins.origin_date
            and business_listed.business_week
            > {{ add_days("origins.origin_date", "- " ~ forecast_setting("history_days")) }}
            -- whole weeks only
            and business_listed.business_week < {{ week_start_of("origins.first_week_start") }}
        inner join
            rates
            on origins.origin_date = rates.origin_date
            and business_listed.legal_entity_id = rates.legal_entity_id
            and business_listed.currency = rates.currency
        group by
            origins.origin_date,
            origins.first_week_start,
            business_listed.legal_entity_id,
            business_listed.currency,
            business_listed.business_week
    ),

    spans_known as (
        select origin_date, legal_entity_id, least(max(weeks_ago), 104) as weeks_seen
        from business_known
        group by origin_date, legal_entity_id
    ),

    ages_listed as ({{ number_range(1, 104, "weeks_ago") }}),

    weights_summed as (
        select
            spans_known.origin_date,
            spans_known.legal_entity_id,
            {{
                exact_sum(
                    "power(0.5, ages_listed.weeks_ago / "
                    ~ forecast_setting("order_half_life_weeks")
                    ~ ".0)"
                )
            }} as weight
        from spans_known
        inner join ages_listed on ages_listed.weeks_ago <= spans_known.weeks_seen
        group by spans_known.origin_date, spans_known.legal_entity_id
    ),

    usual_weeks as (
        select
            business_known.origin_date,
            business_known.legal_entity_id,
            business_known.currency,
            {{
                exact_sum(
                    "business_known.value * power(0.5, business_known.weeks_ago / "
                    ~ forecast_setting("order_half_life_weeks")
                    ~ ".0)"
                )
            }} / max(weights_summed.weight) as weekly_value
        from business_known
        inner join
            weights_summed
            on business_known.origin_date = weights_summed.origin_date
            and business_known.legal_entity_id = weights_summed.legal_entity_id
        where business_known.weeks_ago between 1 and 104
        group by business_known.origin_date, business_known.legal_entity_id, business_known.currency
    ),

    lags_listed as ({{ number_range(0, 12, "lag_weeks") }}),

    cash_known as (
        select
            origins.origin_date,
            cash_listed.legal_entity_id,
            cast(
                {{ days_between("cash_listed.business_week", "cash_listed.paid_week") }} / 7 as integer
            ) as lag_weeks,
            {{ exact_sum("cash_listed.cash * cast(rates.origin_rate as double)") }} as cash
        from origins
        inner join
            cash_listed
            on cash_listed.counts_from <= origins.origin_date
            and cash_listed.counts_before > origins.origin_date
            and cash_listed.paid_week < {{ week_start_of("origins.first_week_start") }}
            and cash_listed.paid_week >= cash_listed.business_week
            and cash_listed.paid_week <= {{ add_days("cash_listed.business_week", 84) }}
            and cash_listed.business_week
            > {{ add_days("origins.origin_date", "- " ~ forecast_setting("history_days")) }}
        inner join
            rates
            on origins.origin_date = rates.origin_date
            and cash_listed.legal_entity_id = rates.legal_entity_id
            and cash_listed.currency = rates.currency
        group by
            origins.origin_date,
            cash_listed.legal_entity_id,
            cast({{ days_between("cash_listed.business_week", "cash_listed.paid_week") }} / 7 as integer)
    ),

    value_exposed as (
        select
            business_known.origin_date,
            business_known.legal_entity_id,
            lags_listed.lag_weeks,
            {{ exact_sum("business_known.value") }} as value
        from business_known
        inner join lags_listed on business_known.weeks_ago > lags_listed.lag_weeks
        group by business_known.origin_date, business_known.legal_entity_id, lags_listed.lag_weeks
    ),

    curves as (
        select
            value_exposed.origin_date,
            value_exposed.legal_entity_id,
            value_exposed.lag_weeks,
            coalesce(cash_known.cash, 0) / nullif(value_exposed.value, 0) as cash_share
        from value_exposed
        left join
            cash_known
            on value_exposed.origin_date = cash_known.origin_date
            and value_exposed.legal_entity_id = cash_known.legal_entity_id
            and value_exposed.lag_weeks = cash_known.lag_weeks
    ),

    receipts_expected as (
        select
            usual_weeks.origin_date,
            usual_weeks.legal_entity_id,
            usual_weeks.currency,
            weeks.horizon_week,
            {{
                exact_sum(
                    "usual_weeks.weekly_value * curves.cash_share * case when order_weeks.horizon_week = 1"
                    ~ " then ("
                    ~ days_between("order_weeks.first_day", "order_weeks.last_day")
                    ~ " + 1) / 7.0 else 1 end"
                )
            }} as amount_functional
        from usual_weeks
        inner join weeks on usual_weeks.origin_date = weeks.origin_date
        inner join
            weeks as order_weeks
            on usual_weeks.origin_date = order_weeks.origin_date
            and weeks.horizon_week >= order_weeks.horizon_week
        inner join
            curves
            on usual_weeks.origin_date = curves.origin_date
            and usual_weeks.legal_entity_id = curves.legal_entity_id
            and weeks.horizon_week - order_weeks.horizon_week = curves.lag_weeks
        group by
            usual_weeks.origin_date, usual_weeks.legal_entity_id, usual_weeks.currency, weeks.horizon_week
    )

select *
from receipts_expected
