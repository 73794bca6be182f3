-- Each open item of a scored origin, week by week, as expected by every model and as it came:
-- cash at the origin's rate and at that of the receipt, and what else lowered it. Only weeks that
-- are over.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_scored and is_sunday),

    as_of as (select * from {{ ref("int_as_of") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    items as (select * from {{ ref("int_forecast_items") }}),

    item_weeks as (select * from {{ ref("int_forecast_item_weeks") }}),

    choices as (select * from {{ ref("int_forecast_choices") }}),

    reductions as (select * from {{ ref("int_forecast_reductions") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    reductions_valued as (
        select
            reductions.document_key,
            reductions.paid_on,
            cast(reductions.cash_amount as double) as cash_amount,
            cast(reductions.cash_amount as double)
            * cast(coalesce(receipts.fx_rate, 0) as double) as cash_at_receipt_rate,
            receipts.fx_rate is not null as has_receipt_rate,
            - cast(reductions.amount as double) - cast(reductions.cash_amount as double) as other_amount
        from reductions
        left join receipts on reductions.receipt_key = receipts.receipt_key
        where reductions.counts_before = date '9999-12-31' and reductions.kind <> 'used'
    ),

    weeks_over as (
        select weeks.*
        from weeks
        inner join origins on weeks.origin_date = origins.origin_date
        cross join as_of
        where weeks.last_day <= as_of.as_of
    ),

    outcomes_by_week as (
        select
            items.origin_date,
            items.document_key,
            weeks_over.horizon_week,
            {{ exact_sum("reductions_valued.cash_amount") }} as cash_amount,
            {{
                exact_sum(
                    "case when reductions_valued.has_receipt_rate then"
                    ~ " reductions_valued.cash_at_receipt_rate"
                    ~ " else reductions_valued.cash_amount * cast(items.origin_rate as double) end"
                )
            }} as cash_functional,
            {{ exact_sum("reductions_valued.other_amount") }} as other_amount
        from items
        inner join weeks_over on items.origin_date = weeks_over.origin_date
        inner join
            reductions_valued
            on items.document_key = reductions_valued.document_key
            and reductions_valued.paid_on between weeks_over.first_day and weeks_over.last_day
        group by items.origin_date, items.document_key, weeks_over.horizon_week
    ),

    pairs_listed as (
        select item_weeks.origin_date, item_weeks.document_key, item_weeks.horizon_week
        from item_weeks
        inner join
            weeks_over
            on item_weeks.origin_date = weeks_over.origin_date
            and item_weeks.horizon_week = weeks_over.horizon_week
        union
        select origin_date, document_key, horizon_week
        from outcomes_by_week
    ),

    first_payments as (
        select origin_date, document_key, min(horizon_week) as first_paid_week
        from outcomes_by_week
        where cash_amount > 0
        group by origin_date, document_key
    ),

    ranks_of_payers as (
        select
            origin_date,
            payer_key,
            row_number() over (
                partition by origin_date
                order by
                    {{ exact_sum("cast(open_amount as double) * cast(origin_rate as double)") }} desc,
                    payer_key
            ) as place
        from items
        group by origin_date, payer_key
    ),

    expectations_joined as (
        select
            pairs_listed.origin_date,
            pairs_listed.document_key,
            pairs_listed.horizon_week,
            items.legal_entity_id,
            items.has_open_dispute,
            items.due_date < items.origin_date as is_past_due,
            items.currency <> items.functional_currency as is_foreign_currency,
            ranks_of_payers.place <= 10 as is_top_customer,
            choices.model as chosen_model,
            choices.fallback_reason,
            {%- for model, share in [
                ("time_to_pay", "model_share"),
                ("customer_delay", "customer_delay_share"),
                ("due_date", "due_date_share"),
            ] %}
                cast(items.open_amount as double)
                * cast(rates.origin_rate as double)
                * coalesce(item_weeks.{{ share }}, 0) as {{ model }},
            {%- endfor %}
            coalesce(outcomes_by_week.cash_amount, 0) * cast(rates.origin_rate as double) as actual,
            coalesce(outcomes_by_week.cash_functional, 0) as actual_at_receipt_rate,
            coalesce(outcomes_by_week.other_amount, 0)
            * cast(rates.origin_rate as double) as other_reductions,
            cast(rates.group_rate as double) as group_rate,
            case
                when choices.model = 'due_date'
                then items.due_date_baseline
                when choices.model = 'customer_delay'
                then items.customer_delay_baseline
                else items.expected_date
            end as expected_date,
            weeks_over.first_day,
            weeks_over.last_day,
            first_payments.first_paid_week
        from pairs_listed
        inner join
            items
            on pairs_listed.origin_date = items.origin_date
            and pairs_listed.document_key = items.document_key
        inner join
            weeks_over
            on pairs_listed.origin_date = weeks_over.origin_date
            and pairs_listed.horizon_week = weeks_over.horizon_week
        inner join
            choices
            on pairs_listed.origin_date = choices.origin_date
            and pairs_listed.horizon_week = choices.horizon_week
        inner join
            ranks_of_payers
            on items.origin_date = ranks_of_payers.origin_date
            and items.payer_key = ranks_of_payers.payer_key
        inner join
            rates
            on items.origin_date = rates.origin_date
            and items.legal_entity_id = rates.legal_entity_id
            and items.currency = rates.currency
        left join
            item_weeks
            on pairs_listed.origin_date = item_weeks.origin_date
            and pairs_listed.document_key = item_weeks.document_key
            and pairs_listed.horizon_week = item_weeks.horizon_week
        left join
            outcomes_by_week
            on pairs_listed.origin_date = outcomes_by_week.origin_date
            and pairs_listed.document_key = outcomes_by_week.document_key
            and pairs_listed.horizon_week = outcomes_by_week.horizon_week
        left join
            first_payments
            on pairs_listed.origin_date = first_payments.origin_date
            and pairs_listed.document_key = first_payments.document_key
    )

select *
from expectations_joined
