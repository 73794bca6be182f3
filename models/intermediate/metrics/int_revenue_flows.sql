-- The flows between order and cash, each from the source that it is first seen in: deliveries and
-- services, documents, what the documents call for in the ledger, what the ledger shows. Opening
-- items and opening journals are balances and no flows.
with

    delivered_values as (select * from {{ ref("int_delivered_values") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    revenue_releases as (select * from {{ ref("int_revenue_releases") }}),

    documents as (select * from {{ ref("int_ar_documents") }} where not is_opening_item),

    expected_postings as (select * from {{ ref("int_expected_postings") }}),

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    parts_summed as (
        select document_key, sum(part_functional) as net_functional from billed_parts group by document_key
    ),

    services_unioned as (
        select legal_entity_id, release_date as flow_date, amount
        from revenue_releases
        union all
        select legal_entity_id, posting_date as flow_date, part_functional as amount
        from billed_parts
        where part = 'at_once' and shipment_line_key is null and not is_opening_item
        union all
        -- a document without delivered lines is served when it is posted
        select
            documents.legal_entity_id, documents.posting_date as flow_date, documents.net_functional as amount
        from documents
        left join parts_summed on documents.document_key = parts_summed.document_key
        where documents.doc_type <> 'credit_memo' and parts_summed.document_key is null
    ),

    billing_differences_unioned as (
        -- what a delivery is accrued or billed at, less what it is worth at order price
        select
            legal_entity_id,
            ship_date as flow_date,
            case when is_accrued then accrued_functional else billed_functional end
            - delivered_functional as amount
        from delivered_values
        where not is_opening_item
        union all
        select legal_entity_id, billing_date as flow_date, billed_functional - accrued_functional as amount
        from delivered_values
        where is_accrued and billing_date is not null and not is_billed_by_opening_item
        union all
        -- the header rounds once what the lines round one by one
        select
            documents.legal_entity_id,
            documents.posting_date as flow_date,
            documents.net_functional - parts_summed.net_functional as amount
        from documents
        inner join parts_summed on documents.document_key = parts_summed.document_key
    ),

    flows_unioned as (
        select
            legal_entity_id,
            ship_date as flow_date,
            'delivery' as flow_source,
            cast(null as string) as source_type,
            'shipped' as role,
            delivered_functional as amount
        from delivered_values
        where not is_opening_item
        union all
        select
            legal_entity_id,
            flow_date,
            'delivery' as flow_source,
            cast(null as string) as source_type,
            'shipped' as role,
            amount
        from services_unioned
        union all
        select
            legal_entity_id,
            flow_date,
            'delivery' as flow_source,
            cast(null as string) as source_type,
            'billing_difference' as role,
            amount
        from billing_differences_unioned
        union all
        select
            legal_entity_id,
            posting_date as flow_date,
            'document' as flow_source,
            case when doc_type = 'credit_memo' then 'credit_memo' else 'invoice' end as source_type,
            'net' as role,
            net_functional as amount
        from documents
        union all
        select legal_entity_id, posting_date as flow_date, 'posting' as flow_source, source_type, role, amount
        from expected_postings
        where
            role in (
                'unbilled',
                'deferred',
                'revenue',
                'discount',
                'tax',
                'ar',
                'intercompany',
                'fx_realised',
                'bank',
                'rounding'
            )
        union all
        select
            legal_entity_id,
            posting_date as flow_date,
            'ledger' as flow_source,
            source_type,
            control_of as role,
            amount
        from ledger_lines
        where
            control_of in ('unbilled', 'deferred', 'ar', 'intercompany', 'unapplied')
            and source_type <> 'opening'
    ),

    flows_summed as (
        select
            legal_entity_id,
            flow_date,
            flow_source,
            source_type,
            role,
            {{ sum_money("amount") }} as amount,
            count(*) - count(amount) as amounts_missing
        from flows_unioned
        group by legal_entity_id, flow_date, flow_source, source_type, role
    )

select *
from flows_summed
