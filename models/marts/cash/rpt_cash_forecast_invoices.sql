with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    items as (select * from {{ ref("int_forecast_open_items") }}),

    dates as (select * from {{ ref("int_forecast_open_item_dates") }}),

    choices as (select * from {{ ref("int_forecast_choices") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    silent_payers as (select * from {{ ref("int_forecast_silent_payers") }}),

    items_dated as (
        select
            items.*,
            choices.fallback_reason,
            rates.functional_minor_units as minor_units_of_entity,
            rates.origin_rate as rate,
            case
                when choices.fallback_reason is null and dates.expected_date is not null
                then dates.expected_date
                else items.due_date_baseline
            end as expected_date,
            case when choices.fallback_reason is null then dates.p10_date end as p10_date,
            case when choices.fallback_reason is null then dates.p90_date end as p90_date,
            case
                when items.due_date < items.origin_date
                then 1
                when choices.fallback_reason is null
                then dates.probability_late
            end as probability_late
        from items
        inner join origins on items.origin_date = origins.origin_date
        inner join choices on items.origin_date = choices.origin_date and choices.horizon_week = 1
        left join
            rates
            on items.origin_date = rates.origin_date
            and items.legal_entity_id = rates.legal_entity_id
            and items.currency = rates.currency
        left join dates on items.origin_date = dates.origin_date and items.document_key = dates.document_key
    ),

    effects_listed as (
        select document_key, 1 as precedence, 'customer habit' as effect, level_days - company_days as days
        from items_dated
        where fallback_reason is null
        union all
        select document_key, 2 as precedence, 'dispute' as effect, dispute_days as days
        from items_dated
        where fallback_reason is null
        union all
        select document_key, 3 as precedence, 'slow month' as effect, slow_month_days as days
        from items_dated
        where fallback_reason is null
        union all
        select document_key, 4 as precedence, 'usual delay of all customers' as effect, company_days as days
        from items_dated
        where fallback_reason is null
        union all
        select
            document_key,
            5 as precedence,
            case when is_promise_broken then 'broken promise' else 'promise to pay' end as effect,
            {{ days_between(add_days("due_date", "cast(round(level_days, 0) as integer)"), "promised_date") }}
            as days
        from items_dated
        where promised_date is not null and fallback_reason is null
        union all
        select
            document_key,
            6 as precedence,
            'later than usual already' as effect,
            {{ days_between("due_date", "expected_date") }} - settles_after_days as days
        from items_dated
        where fallback_reason is null and {{ days_between("due_date", "origin_date") }} > settles_after_days
    ),

    effects_ranked as (
        select
            document_key,
            effect
            || ' '
            || case when days > 0 then '+' else '' end
            || cast(cast(round(days, 0) as integer) as string) as description,
            row_number() over (
                partition by document_key order by abs(round(days, 0)) desc, precedence
            ) as place
        from effects_listed
        where abs(round(days, 0)) >= 1
    ),

    drivers_named as (
        select
            document_key,
            max(case when place = 1 then description end)
            || coalesce('; ' || max(case when place = 2 then description end), '')
            || coalesce('; ' || max(case when place = 3 then description end), '') as worst_drivers
        from effects_ranked
        where place <= 3
        group by document_key
    ),

    amounts_valued as (
        select
            items_dated.origin_date,
            items_dated.legal_entity_id,
            items_dated.source_system,
            items_dated.document_key,
            items_dated.doc_id,
            items_dated.customer_id,
            items_dated.currency,
            items_dated.due_date,
            items_dated.open_amount,
            items_dated.expected_date,
            items_dated.p10_date,
            items_dated.p90_date,
            cast(items_dated.probability_late as decimal(18, 6)) as probability_late,
            {{
                translate(
                    "items_dated.open_amount", "items_dated.rate", "items_dated.minor_units_of_entity"
                )
            }} as expected_amount,
            items_dated.promised_date,
            items_dated.has_open_dispute,
            coalesce(drivers_named.worst_drivers, items_dated.fallback_reason) as worst_drivers,
            case
                when items_dated.fallback_reason is null
                then cast(coalesce(silent_payers.still_pays, 1) as decimal(18, 6))
            end as probability_still_pays,
            items_dated.fallback_reason
        from items_dated
        left join drivers_named on items_dated.document_key = drivers_named.document_key
        left join
            silent_payers
            on items_dated.origin_date = silent_payers.origin_date
            and items_dated.payer_key = silent_payers.payer_key
    )

select *
from amounts_valued
