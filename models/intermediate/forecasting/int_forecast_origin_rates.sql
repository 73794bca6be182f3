-- At which rate each origin values a currency: the closing rate of its day, into the functional
-- currency of the entity and from there into the reporting currency of the group.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    orders as (select * from {{ ref("int_orders") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    last_rates as (
        -- stands in where no rate is delivered: that of the entity's last document in the
        -- currency
        select
            legal_entity_id,
            currency,
            fx_rate,
            posting_date,
            coalesce(
                lead(posting_date) over (
                    partition by legal_entity_id, currency order by posting_date, document_key
                ),
                date '9999-12-31'
            ) as next_date
        from documents
        where fx_rate is not null
    ),

    currencies_met as (
        select legal_entity_id, currency
        from documents
        union
        select legal_entity_id, currency
        from orders
        union
        select legal_entity_id, currency
        from receipts
        union
        select legal_entity_id, functional_currency as currency
        from legal_entities
    ),

    rates_chosen as (
        select
            origins.origin_date,
            currencies_met.legal_entity_id,
            currencies_met.currency,
            legal_entities.functional_currency,
            coalesce(legal_entities.functional_minor_units, 2) as functional_minor_units,
            cast(
                coalesce(
                    case when currencies_met.currency = legal_entities.functional_currency then 1 end,
                    rates_by_day.rate,
                    last_rates.fx_rate
                ) as decimal(18, 8)
            ) as origin_rate,
            cast(
                coalesce(
                    case
                        when legal_entities.reporting_currency = legal_entities.functional_currency then 1
                    end,
                    group_rates.rate,
                    1
                ) as decimal(18, 8)
            ) as group_rate,
            group_rates.rate is not null
            or legal_entities.reporting_currency = legal_entities.functional_currency as has_group_rate
        from origins
        cross join currencies_met
        inner join legal_entities on currencies_met.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on currencies_met.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and origins.origin_date = rates_by_day.rate_date
        left join
            rates_by_day as group_rates
            on legal_entities.functional_currency = group_rates.from_currency
            and legal_entities.reporting_currency = group_rates.to_currency
            and origins.origin_date = group_rates.rate_date
        left join
            last_rates
            on currencies_met.legal_entity_id = last_rates.legal_entity_id
            and currencies_met.currency = last_rates.currency
            and origins.origin_date >= last_rates.posting_date
            and origins.origin_date < last_rates.next_date
        where currencies_met.currency is not null
    )

select *
from rates_chosen
where origin_rate is not null
