-- Goods returned: debit the lines' revenue and tax, credit receivables (the cost is the return's own
-- posting).
-- Price correction: debit discounts and tax, credit receivables. What the delivery accrued is not
-- touched.
-- A view, since int_expected_postings alone reads it, and stores it.
{{ config(materialized="view") }}

with

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    products as (select * from {{ ref("int_products") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    returns as (select distinct shipment_id from shipments where quantity < 0),

    credit_memos as (
        select documents.*, returns.shipment_id is not null as is_return
        from documents
        left join returns on documents.shipment_id = returns.shipment_id
        where
            documents.doc_type = 'credit_memo'
            and not documents.is_opening_item
            and documents.gross_functional is not null
    ),

    lines_valued as (
        select
            credit_memos.document_key,
            credit_memos.is_return,
            products.revenue_account_id,
            {{
                translate(
                    "document_lines.net", "credit_memos.fx_rate", "credit_memos.functional_minor_units"
                )
            }} as net_functional
        from document_lines
        inner join credit_memos on document_lines.document_key = credit_memos.document_key
        left join products on document_lines.product_key = products.product_key
    ),

    nets_summed as (
        select document_key, sum(net_functional) as net_functional from lines_valued group by document_key
    ),

    postings_unioned as (
        select document_key, 'ar' as role, cast(null as string) as account_id, gross_functional as amount
        from credit_memos
        union all
        select document_key, 'tax' as role, cast(null as string) as account_id, - tax_functional as amount
        from credit_memos
        union all
        select
            document_key,
            case when is_return then 'revenue' else 'discount' end as role,
            case when is_return then revenue_account_id end as account_id,
            - net_functional as amount
        from lines_valued
        union all
        select
            credit_memos.document_key,
            'rounding' as role,
            cast(null as string) as account_id,
            - (
                credit_memos.gross_functional
                - coalesce(credit_memos.tax_functional, 0)
                - nets_summed.net_functional
            ) as amount
        from credit_memos
        inner join nets_summed on credit_memos.document_key = nets_summed.document_key
        union all
        select
            credit_memos.document_key,
            'discount' as role,
            cast(null as string) as account_id,
            - (credit_memos.gross_functional - coalesce(credit_memos.tax_functional, 0)) as amount
        from credit_memos
        left join nets_summed on credit_memos.document_key = nets_summed.document_key
        where nets_summed.document_key is null
    ),

    postings_named as (
        select
            case when credit_memos.is_return then 'B2-08' else 'B2-09' end as rule_id,
            credit_memos.source_system,
            'credit_memo' as source_type,
            credit_memos.doc_id as source_doc_id,
            credit_memos.legal_entity_id,
            postings_unioned.role,
            postings_unioned.account_id,
            cast(postings_unioned.amount as decimal(18, 4)) as amount,
            credit_memos.posting_date
        from postings_unioned
        inner join credit_memos on postings_unioned.document_key = credit_memos.document_key
        where postings_unioned.amount <> 0
    )

select *
from postings_named
