-- Documents by which business was billed, with the week in which it was placed: that of the order,
-- or of the document itself where no order is delivered for it. A credit memo goes with the
-- document that it corrects.
with

    order_lines as (select * from {{ ref("int_forecast_order_lines") }}),

    versions as (select * from {{ ref("int_forecast_document_versions") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    orders_placed as (select order_key, min(order_date) as order_date from order_lines group by order_key),

    documents_placed as (
        select
            document_key,
            max(original_document_key) as original_document_key,
            order_key,
            legal_entity_id,
            currency,
            doc_type = 'credit_memo' as is_credit_memo,
            max(posting_date) as posting_date,
            min(valid_from) as known_from,
            max(valid_before) as known_before,
            max(gross) as gross
        from versions
        group by document_key, order_key, legal_entity_id, currency, doc_type
    ),

    weeks_taken as (
        select
            documents_placed.*,
            documents.net,
            documents.is_opening_item,
            orders_placed.order_key is not null as has_order,
            {{ week_start_of("coalesce(orders_placed.order_date, documents_placed.posting_date)") }}
            as week_of_business
        from documents_placed
        inner join documents on documents_placed.document_key = documents.document_key
        left join orders_placed on documents_placed.order_key = orders_placed.order_key
    ),

    originals as (
        select document_key, min(week_of_business) as week_of_business from weeks_taken group by document_key
    ),

    corrections_placed as (
        select
            weeks_taken.document_key,
            weeks_taken.legal_entity_id,
            weeks_taken.currency,
            weeks_taken.is_credit_memo,
            weeks_taken.is_opening_item,
            weeks_taken.has_order,
            weeks_taken.posting_date,
            weeks_taken.known_from,
            weeks_taken.known_before,
            weeks_taken.gross,
            weeks_taken.net,
            case
                when weeks_taken.is_credit_memo
                then coalesce(originals.week_of_business, weeks_taken.week_of_business)
                else weeks_taken.week_of_business
            end as business_week
        from weeks_taken
        left join originals on weeks_taken.original_document_key = originals.document_key
    )

select *
from corrections_placed
