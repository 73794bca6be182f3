-- Debit receivables gross; credit revenue per line, the contract asset where the delivery was
-- recognised before, the contract liability where delivery or service is still to come; credit tax.
-- A view, since int_expected_postings alone reads it, and stores it.
{{ config(materialized="view") }}

with

    documents as (select * from {{ ref("int_ar_documents") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    accruals as (select * from {{ ref("int_delivery_accruals") }}),

    invoices as (
        select *
        from documents
        where doc_type <> 'credit_memo' and not is_opening_item and gross_functional is not null
    ),

    accruals_of_parts as (
        select document_line_key, shipment_line_key, accrued_functional
        from accruals
        where document_line_key is not null
    ),

    parts_with_accruals as (
        select billed_parts.*, coalesce(accruals_of_parts.accrued_functional, 0) as accrued_functional
        from billed_parts
        left join
            accruals_of_parts
            on billed_parts.part = 'accrued'
            and billed_parts.document_line_key = accruals_of_parts.document_line_key
            and billed_parts.shipment_line_key = accruals_of_parts.shipment_line_key
    ),

    nets_summed as (
        select document_key, sum(part_functional) as net_functional from billed_parts group by document_key
    ),

    postings_unioned as (
        select document_key, 'ar' as role, cast(null as string) as account_id, gross_functional as amount
        from invoices
        union all
        select document_key, 'tax' as role, cast(null as string) as account_id, - tax_functional as amount
        from invoices
        union all
        select
            document_key,
            'unbilled' as role,
            cast(null as string) as account_id,
            - accrued_functional as amount
        from parts_with_accruals
        where part = 'accrued'
        union all
        select
            document_key,
            'revenue' as role,
            revenue_account_id as account_id,
            - (part_functional - accrued_functional) as amount
        from parts_with_accruals
        where part in ('accrued', 'at_once')
        union all
        select
            document_key, 'deferred' as role, cast(null as string) as account_id, - part_functional as amount
        from parts_with_accruals
        where part in ('on_delivery', 'over_time')
        union all
        select
            invoices.document_key,
            'rounding' as role,
            cast(null as string) as account_id,
            - (
                invoices.gross_functional
                - coalesce(invoices.tax_functional, 0)
                - coalesce(nets_summed.net_functional, 0)
            ) as amount
        from invoices
        left join nets_summed on invoices.document_key = nets_summed.document_key
        where nets_summed.document_key is not null
        union all
        -- a document without delivered lines is revenue in one sum
        select
            invoices.document_key,
            'revenue' as role,
            cast(null as string) as account_id,
            - (invoices.gross_functional - coalesce(invoices.tax_functional, 0)) as amount
        from invoices
        left join nets_summed on invoices.document_key = nets_summed.document_key
        where nets_summed.document_key is null
    ),

    postings_named as (
        select
            case
                postings_unioned.role when 'unbilled' then 'B2-05' when 'deferred' then 'B2-06' else 'B2-03'
            end as rule_id,
            invoices.source_system,
            'invoice' as source_type,
            invoices.doc_id as source_doc_id,
            invoices.legal_entity_id,
            postings_unioned.role,
            postings_unioned.account_id,
            cast(postings_unioned.amount as decimal(18, 4)) as amount,
            invoices.posting_date
        from postings_unioned
        inner join invoices on postings_unioned.document_key = invoices.document_key
        where postings_unioned.amount <> 0
    )

select *
from postings_named
