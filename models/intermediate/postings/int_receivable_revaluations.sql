-- Open foreign receivables at the closing rate less their booked value, per entity and report date:
-- of customers, and of companies of the group.
with

    trade_items as (select * from {{ ref("rpt_ar_open_items") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    balances as (select * from {{ ref("int_receivable_balances") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    open_items as (
        select legal_entity_id, as_of, currency, open_amount, open_amount_functional
        from trade_items
        union all
        select
            balances.legal_entity_id,
            report_dates.as_of,
            documents.currency,
            balances.open_amount,
            balances.open_amount_functional
        from balances
        inner join documents on balances.document_key = documents.document_key
        inner join
            report_dates
            on balances.legal_entity_id = report_dates.legal_entity_id
            and report_dates.as_of >= balances.valid_from
            and report_dates.as_of < balances.valid_before
        where balances.receivable_role = 'intercompany'
    ),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    revaluations_valued as (
        select
            open_items.legal_entity_id,
            open_items.as_of,
            sum(
                {{
                    translate(
                        "open_items.open_amount",
                        "rates_by_day.rate",
                        "legal_entities.functional_minor_units",
                    )
                }} - open_items.open_amount_functional
            ) as amount
        from open_items
        inner join legal_entities on open_items.legal_entity_id = legal_entities.legal_entity_id
        inner join
            rates_by_day
            on open_items.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and open_items.as_of = rates_by_day.rate_date
        where open_items.currency <> legal_entities.functional_currency
        group by open_items.legal_entity_id, open_items.as_of
    )

select *
from revaluations_valued
