{{ config(alias="cm_01", meta={"control_id": "CM-01"}) }}
-- Guards against credits without a cause, and against crediting a document twice. Approval is not
-- delivered and not judged.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    credit_memos as (
        select documents.*
        from documents
        cross join as_of
        where documents.doc_type = 'credit_memo' and documents.posting_date <= as_of.as_of
    ),

    memos_beside_originals as (
        select
            credit_memos.*,
            originals.document_key is not null as is_original_delivered,
            originals.customer_id as original_customer_id,
            originals.currency as original_currency,
            originals.gross as original_gross,
            sum(credit_memos.gross) over (
                partition by credit_memos.original_document_key
            ) as credited_together
        from credit_memos
        left join documents as originals on credit_memos.original_document_key = originals.document_key
    ),

    causes_found as (
        select
            *,
            case
                when original_doc_id is null and not is_opening_item
                then 'names no original'
                when not is_original_delivered and not is_opening_item
                then 'original is not delivered'
                when is_original_delivered and coalesce(customer_id <> original_customer_id, true)
                then 'other customer than the original'
                when is_original_delivered and coalesce(currency <> original_currency, true)
                then 'other currency than the original'
                when
                    is_original_delivered
                    and - credited_together - original_gross > {{ tolerance_of("CM-01") }}
                then 'credited more than the original'
            end as cause
        from memos_beside_originals
    ),

    failing_rows as (
        select
            'CM-01' as control_id,
            posting_date as as_of,
            legal_entity_id,
            doc_id as business_key,
            abs(gross_functional) as amount_at_risk,
            case
                cause
                when 'credited more than the original'
                then 'at most ' || cast(original_gross as string)
                when 'other customer than the original'
                then original_customer_id
                when 'other currency than the original'
                then original_currency
                else 'a delivered original'
            end as expected,
            case
                cause
                when 'credited more than the original'
                then cast(- credited_together as string)
                when 'other customer than the original'
                then customer_id
                when 'other currency than the original'
                then currency
                else coalesce(original_doc_id, 'none')
            end as actual,
            cast(
                case
                    when cause = 'credited more than the original' then - credited_together - original_gross
                end as decimal(18, 4)
            ) as difference,
            source_system,
            source_file,
            source_line,
            cause
        from causes_found
        where cause is not null
    )

select *
from failing_rows
