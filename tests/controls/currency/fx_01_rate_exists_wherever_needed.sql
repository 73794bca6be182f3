{{ config(alias="fx_01", meta={"control_id": "FX-01"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards every translation: without a valid rate there is no figure, and a made-up one would look
-- like any other. A source that delivers no rates of its own is judged only for pairs that another
-- source covers, and for currencies that do not exist.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    unapplied_cash as (select * from {{ ref("rpt_unapplied_cash") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    currencies as (select * from {{ ref("currencies") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    sources_with_rates as (
        select distinct source_system from ({{ union_kinds("fx_rates") }}) as delivered_rates
    ),

    pairs_covered as (select distinct from_currency, to_currency from rates_by_day),

    items_unioned as (
        select
            'document' as item_type,
            document_key as item_key,
            doc_id as item_id,
            legal_entity_id,
            currency,
            posting_date,
            gross_functional as amount_functional,
            source_system,
            source_file,
            source_line
        from documents
        union all
        select
            'receipt' as item_type,
            receipt_key as item_key,
            payment_id as item_id,
            legal_entity_id,
            currency,
            posting_date,
            amount_functional,
            source_system,
            source_file,
            source_line
        from receipts
        union all
        select
            'refund' as item_type,
            refund_key as item_key,
            refund_id as item_id,
            legal_entity_id,
            currency,
            posting_date,
            cast(null as decimal(18, 4)) as amount_functional,
            source_system,
            source_file,
            source_line
        from refunds
    ),

    items_with_functional_currency as (
        select
            items_unioned.*,
            legal_entities.functional_currency,
            sources_with_rates.source_system is not null
            or pairs_covered.from_currency is not null as is_judged
        from items_unioned
        inner join legal_entities on items_unioned.legal_entity_id = legal_entities.legal_entity_id
        left join sources_with_rates on items_unioned.source_system = sources_with_rates.source_system
        left join
            pairs_covered
            on items_unioned.currency = pairs_covered.from_currency
            and legal_entities.functional_currency = pairs_covered.to_currency
    ),

    open_at_report_dates as (
        select as_of, document_key as item_key, open_amount_functional as amount_functional
        from open_items
        union all
        select as_of, receipt_key as item_key, unapplied_functional as amount_functional
        from unapplied_cash
    ),

    dates_needed as (
        select
            items.item_type || ' posted' as need,
            items.item_id,
            items.legal_entity_id,
            items.currency,
            items.functional_currency as to_currency,
            items.posting_date as rate_date,
            items.amount_functional,
            items.source_system,
            items.source_file,
            items.source_line
        from items_with_functional_currency as items
        cross join as_of
        where
            items.is_judged
            and items.currency <> items.functional_currency
            and items.posting_date <= as_of.as_of
        union all
        select
            items.item_type || ' open' as need,
            items.item_id,
            items.legal_entity_id,
            items.currency,
            items.functional_currency as to_currency,
            open_at_report_dates.as_of as rate_date,
            open_at_report_dates.amount_functional,
            items.source_system,
            items.source_file,
            items.source_line
        from open_at_report_dates
        inner join items_with_functional_currency as items on open_at_report_dates.item_key = items.item_key
        where items.is_judged and items.currency <> items.functional_currency
        union all
        select
            'group figures' as need,
            legal_entities.legal_entity_id as item_id,
            legal_entities.legal_entity_id,
            legal_entities.functional_currency as currency,
            legal_entities.reporting_currency as to_currency,
            report_dates.as_of as rate_date,
            cast(null as decimal(18, 4)) as amount_functional,
            legal_entities.source_system,
            legal_entities.source_file,
            legal_entities.source_line
        from legal_entities
        inner join report_dates on legal_entities.legal_entity_id = report_dates.legal_entity_id
        where legal_entities.functional_currency <> legal_entities.reporting_currency
    ),

    rates_missing as (
        select dates_needed.*, 'no rate on or up to 4 days before the date' as cause
        from dates_needed
        left join
            rates_by_day
            on dates_needed.currency = rates_by_day.from_currency
            and dates_needed.to_currency = rates_by_day.to_currency
            and dates_needed.rate_date = rates_by_day.rate_date
        where rates_by_day.rate is null
    ),

    currencies_unknown as (
        select
            items.item_type || ' posted' as need,
            items.item_id,
            items.legal_entity_id,
            items.currency,
            items.functional_currency as to_currency,
            items.posting_date as rate_date,
            items.amount_functional,
            items.source_system,
            items.source_file,
            items.source_line,
            'no such currency in ISO 4217' as cause
        from items_with_functional_currency as items
        left join currencies on items.currency = currencies.currency and currencies.is_iso_4217
        where currencies.currency is null
    ),

    findings_unioned as (
        select *
        from rates_missing
        union all
        select *
        from currencies_unknown
    ),

    failing_rows as (
        select
            'FX-01' as control_id,
            rate_date as as_of,
            legal_entity_id,
            item_id as business_key,
            abs(amount_functional) as amount_at_risk,
            'a rate '
            || currency
            || ' to '
            || to_currency
            || ' for '
            || cast(rate_date as string) as expected,
            cause as actual,
            cast(null as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            need,
            currency as offending_value
        from findings_unioned
    )

select *
from failing_rows
