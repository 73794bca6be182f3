-- What is open at each origin, with what the forecast needs of it: the payer's habit, the day
-- around which it settles (the promised one, if the payer has promised one that is still to
-- come), and the day on which the two plain baselines expect it. The rest of an invoice that was
-- paid in part is taken to follow the last payment as such rests have done.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    history as (select * from {{ ref("int_forecast_history") }}),

    habits as (select * from {{ ref("int_forecast_usual_habits") }}),

    slow_months as (select * from {{ ref("int_forecast_slow_months") }}),

    customer_delays as (select * from {{ ref("int_forecast_customer_delays") }}),

    states as (select * from {{ ref("int_forecast_document_states") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    promises as (select * from {{ ref("int_forecast_item_promises") }}),

    gaps_of_rests as (
        select
            origin_date,
            ({{ exact_sum("weight * " ~ days_between("first_paid_on", "last_paid_on")) }} + 5 * 20)
            / ({{ exact_sum("weight") }} + 5) as gap_days
        from history
        where is_paid and last_paid_on > first_paid_on
        group by origin_date
    ),

    discounts_of_companies as (
        select
            origin_date,
            {{ exact_sum("case when is_discount_taken then weight else 0 end") }}
            / {{ exact_sum("weight") }} as discount_share
        from history
        where is_paid and discount_until is not null
        group by origin_date
        having {{ exact_sum("weight") }} > 0
    ),

    discounts_of_payers as (
        select
            history.origin_date,
            history.payer_key,
            (
                {{ exact_sum("case when history.is_discount_taken then history.weight else 0 end") }}
                + 2 * max(discounts_of_companies.discount_share)
            )
            / ({{ exact_sum("history.weight") }} + 2) as discount_share
        from history
        inner join discounts_of_companies on history.origin_date = discounts_of_companies.origin_date
        where history.is_paid and history.discount_until is not null
        group by history.origin_date, history.payer_key
    ),

    items_listed as (
        select
            history.origin_date,
            history.document_key,
            history.payer_key,
            history.segment,
            history.pay_calendar,
            history.payer_country,
            history.is_pay_run_known,
            history.document_date,
            history.due_date,
            history.currency,
            history.fx_rate,
            history.open_amount,
            history.is_paid as is_rest,
            false as is_credit_memo,
            history.is_disputed,
            history.has_open_dispute,
            history.discount_until,
            history.last_paid_on
        from history
        where history.open_amount > 0
        union all
        select
            origins.origin_date,
            states.document_key,
            coalesce(states.customer_key, states.source_system) as payer_key,
            '' as segment,
            ' business_day' as pay_calendar,
            '' as payer_country,
            true as is_pay_run_known,
            states.document_date,
            states.due_date,
            states.currency,
            states.fx_rate,
            states.open_amount,
            false as is_rest,
            true as is_credit_memo,
            false as is_disputed,
            false as has_open_dispute,
            cast(null as date) as discount_until,
            cast(null as date) as last_paid_on
        from origins
        inner join
            states on states.valid_from <= origins.origin_date and states.valid_before > origins.origin_date
        where states.open_amount < 0
    ),

    items_described as (
        select
            items_listed.*,
            documents.source_system,
            documents.doc_id,
            documents.customer_id,
            documents.legal_entity_id,
            legal_entities.functional_currency,
            legal_entities.functional_minor_units,
            coalesce(
                case when items_listed.currency = legal_entities.functional_currency then 1 end,
                rates_by_day.rate,
                items_listed.fx_rate
            ) as origin_rate,
            habits.level_days,
            habits.company_days,
            case
                when promises.settles_after_days is not null
                then least(promises.days_off, habits.spread_days)
                else habits.spread_days
            end as spread_days,
            habits.dispute_days as days_of_a_dispute,
            case when items_listed.is_disputed then habits.dispute_days else 0 end as dispute_days,
            -- of a slow month, half is left in each month after it
            case
                when items_listed.is_rest or promises.settles_after_days is not null
                then 0
                else
                    coalesce(slow_months.later_days, 0)
                    * power(0.5, {{ months_due_after("items_listed.due_date", "items_listed.origin_date") }})
            end as slow_month_days,
            coalesce(gaps_of_rests.gap_days, 20) as rest_gap_days,
            promises.promised_date,
            promises.is_broken as is_promise_broken,
            promises.settles_after_days as promised_after_days,
            case
                when items_listed.discount_until > items_listed.origin_date
                then coalesce(discounts_of_payers.discount_share, discounts_of_companies.discount_share, 0)
                else 0
            end as discount_share,
            coalesce(customer_delays.customer_delay_days, 0) as customer_delay_days
        from items_listed
        inner join
            (
                select distinct document_key, source_system, doc_id, customer_id, legal_entity_id from states
            ) as documents
            on items_listed.document_key = documents.document_key
        left join legal_entities on documents.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on items_listed.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and items_listed.origin_date = rates_by_day.rate_date
        left join
            habits
            on items_listed.origin_date = habits.origin_date
            and items_listed.payer_key = habits.payer_key
        left join
            customer_delays
            on items_listed.origin_date = customer_delays.origin_date
            and items_listed.payer_key = customer_delays.payer_key
        left join
            slow_months
            on items_listed.origin_date = slow_months.origin_date
            and {{ months_due_before("items_listed.due_date", "items_listed.origin_date") }}
            = slow_months.months_before
        left join
            promises
            on items_listed.origin_date = promises.origin_date
            and items_listed.document_key = promises.document_key
        left join gaps_of_rests on items_listed.origin_date = gaps_of_rests.origin_date
        left join discounts_of_companies on items_listed.origin_date = discounts_of_companies.origin_date
        left join
            discounts_of_payers
            on items_listed.origin_date = discounts_of_payers.origin_date
            and items_listed.payer_key = discounts_of_payers.payer_key
    ),

    items_placed as (
        select
            *,
            case
                when promised_after_days is not null
                then promised_after_days
                when is_rest
                then {{ days_between("due_date", "last_paid_on") }} + rest_gap_days
                else level_days + dispute_days + slow_month_days
            end as settles_after_days
        from items_described
    ),

    baselines_dated as (
        select
            *,
            greatest(due_date, {{ add_days("origin_date", 1) }}) as due_date_baseline,
            greatest(
                {{ add_days("due_date", "customer_delay_days") }}, {{ add_days("origin_date", 1) }}
            ) as customer_delay_baseline
        from items_placed
    )

select *
from baselines_dated
