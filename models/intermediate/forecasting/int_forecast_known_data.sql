-- A number for all that the forecast of a day rests on: the sum of the hashes of every row known
-- by then. Equal numbers, equal forecasts: an origin scored before need not be computed again.
-- What carries no day on which it became known counts from the beginning, so that a change of it
-- changes every day.
{%- set spans = {
    "document_versions": {
        "relation": ref("int_forecast_document_versions"),
        "columns": [
            "document_key",
            "doc_type",
            "legal_entity_id",
            "customer_id",
            "customer_key",
            "order_key",
            "original_document_key",
            "currency",
            "fx_rate",
            "gross",
            "document_date",
            "posting_date",
            "due_date",
        ],
        "from": "valid_from",
        "before": "valid_before",
    },
    "reductions": {
        "relation": ref("int_forecast_reductions"),
        "columns": [
            "reduction_key",
            "document_key",
            "receipt_key",
            "kind",
            "amount",
            "cash_amount",
            "discount",
            "paid_on",
        ],
        "from": "counts_from",
        "before": "counts_before",
    },
    "disputes": {
        "relation": ref("int_forecast_disputes"),
        "columns": ["dispute_key", "document_key", "opened_date"],
        "from": "known_from",
        "before": "known_before",
    },
    "disputes_closed": {
        "relation": ref("int_forecast_disputes"),
        "columns": ["dispute_key", "document_key", "closed_date"],
        "from": "case when closed_date is not null then greatest(known_from, closed_date) end",
        "before": "known_before",
    },
    "promises": {
        "relation": ref("int_forecast_promises"),
        "columns": ["document_key", "promised_date"],
        "from": "known_from",
        "before": "known_before",
    },
} %}
{%- set events = {
    "documents": {
        "relation": ref("int_ar_documents"),
        "columns": ["document_key", "net", "posting_date", "fx_rate"],
        "from": "cast(known_at as date)",
    },
    "receipts": {
        "relation": ref("int_receipts"),
        "columns": [
            "receipt_key",
            "legal_entity_id",
            "customer_key",
            "currency",
            "fx_rate",
            "amount",
            "amount_functional",
            "posting_date",
        ],
        "from": "greatest(posting_date, cast(known_at as date))",
    },
    "order_lines": {
        "relation": ref("int_forecast_order_lines"),
        "columns": [
            "order_line_key",
            "order_key",
            "legal_entity_id",
            "payer_key",
            "currency",
            "order_date",
            "promised_date",
            "unit_price",
            "ordered_value",
        ],
        "from": "known_from",
    },
    "shipments": {
        "relation": ref("int_shipments"),
        "columns": ["shipment_line_key", "order_line_key", "quantity"],
        "from": "greatest(ship_date, cast(known_at as date))",
    },
    "rates": {
        "relation": ref("int_fx_rates_by_day"),
        "columns": ["from_currency", "to_currency", "rate"],
        "from": "rate_date",
    },
    "customers": {
        "relation": ref("int_customers"),
        "columns": ["customer_key", "segment", "payment_terms_id", "country"],
        "from": "date '1900-01-01'",
    },
    "legal_entities": {
        "relation": ref("int_legal_entities"),
        "columns": [
            "legal_entity_id",
            "functional_currency",
            "functional_minor_units",
            "reporting_currency",
        ],
        "from": "date '1900-01-01'",
    },
} %}
with

    days as (select * from {{ ref("int_forecast_days") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    document_versions as (select * from {{ ref("int_forecast_document_versions") }}),

    payment_terms as ({{ union_kinds("payment_terms") }}),

    documents_first_known as (
        select document_key, min(valid_from) as known_from from document_versions group by document_key
    ),

    changes_unioned as (
        {%- for name, event in events.items() %}
            select
                {{ event["from"] }} as known_on,
                {{ row_number_of("'" ~ name ~ "'", event["columns"]) }} as number
            from {{ event["relation"] }}
            union all
        {%- endfor %}
        {%- for name, span in spans.items() %}
            select
                {{ span["from"] }} as known_on,
                {{ row_number_of("'" ~ name ~ "'", span["columns"]) }} as number
            from {{ span["relation"] }}
            union all
            select
                {{ span["before"] }} as known_on,
                {{ row_number_of("'" ~ name ~ " ended'", span["columns"]) }} as number
            from {{ span["relation"] }}
            where {{ span["before"] }} < date '9999-12-31'
            union all
        {%- endfor %}
        select
            date '1900-01-01' as known_on,
            {{
                row_number_of(
                    "'payment_terms'",
                    ["source_system", "payment_terms_id", "discount_rate", "discount_days"],
                )
            }} as number
        from payment_terms
        union all
        select
            documents_first_known.known_from as known_on,
            {{
                row_number_of(
                    "'document_lines'",
                    [
                        "document_lines.document_line_key",
                        "document_lines.order_line_key",
                        "document_lines.net",
                    ],
                )
            }} as number
        from document_lines
        inner join documents_first_known on document_lines.document_key = documents_first_known.document_key
    ),

    changes_by_day as (
        select known_on, sum(number) as number
        from changes_unioned
        where known_on is not null
        group by known_on
    ),

    days_summed as (
        select days.origin_date, cast(coalesce(sum(changes_by_day.number), 0) as string) as known_data
        from days
        left join changes_by_day on changes_by_day.known_on <= days.origin_date
        group by days.origin_date
    )

select *
from days_summed
