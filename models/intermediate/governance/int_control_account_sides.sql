-- What moves the control accounts of unbilled, deferred and tax, side by side: what each source
-- document calls for, and what is booked for it. Natural sign of the account. A view, since only
-- its totals are read where the accounts agree.
{{ config(materialized="view") }}

with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    accruals as (select * from {{ ref("int_delivery_accruals") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    revenue_releases as (select * from {{ ref("int_revenue_releases") }}),

    expected_postings as (select * from {{ ref("int_expected_postings") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    source_types as (select * from {{ ref("posting_source_types") }}),

    subledger_changes as (
        select
            legal_entity_id,
            'unbilled' as control_account,
            case when is_opening_item then 'opening' else shipment_id end as source_doc_id,
            order_line_key,
            ship_date as change_date,
            accrued_functional as amount
        from accruals
        union all
        select
            accruals.legal_entity_id,
            'unbilled' as control_account,
            case when documents.is_opening_item then 'opening' else documents.doc_id end as source_doc_id,
            accruals.order_line_key,
            accruals.billing_date as change_date,
            - accruals.accrued_functional as amount
        from accruals
        inner join documents on accruals.document_key = documents.document_key
        union all
        select
            legal_entity_id,
            'deferred' as control_account,
            case when is_opening_item then 'opening' else doc_id end as source_doc_id,
            order_line_key,
            posting_date as change_date,
            part_functional as amount
        from billed_parts
        where part in ('on_delivery', 'over_time')
        union all
        select
            billed_parts.legal_entity_id,
            'deferred' as control_account,
            case
                when {{ is_opening_item("billed_parts.ship_date") }} then 'opening' else shipments.shipment_id
            end as source_doc_id,
            billed_parts.order_line_key,
            billed_parts.ship_date as change_date,
            - billed_parts.part_functional as amount
        from billed_parts
        inner join shipments on billed_parts.shipment_line_key = shipments.shipment_line_key
        inner join legal_entities on billed_parts.legal_entity_id = legal_entities.legal_entity_id
        where billed_parts.part = 'on_delivery'
        union all
        select
            revenue_releases.legal_entity_id,
            'deferred' as control_account,
            case
                when {{ is_opening_item("revenue_releases.release_date") }}
                then 'opening'
                else 'revenue_release-' || {{ period_of("revenue_releases.release_date") }}
            end as source_doc_id,
            cast(null as string) as order_line_key,
            revenue_releases.release_date as change_date,
            - revenue_releases.amount as amount
        from revenue_releases
        inner join legal_entities on revenue_releases.legal_entity_id = legal_entities.legal_entity_id
        union all
        select
            legal_entity_id,
            'tax' as control_account,
            source_doc_id,
            cast(null as string) as order_line_key,
            posting_date as change_date,
            - amount as amount
        from expected_postings
        where role = 'tax'
    ),

    ledger_changes as (
        -- of tax, what no document calls for stands in the subledger as booked
        select
            journal_lines.legal_entity_id,
            journal_lines.control_of as control_account,
            case
                when journal_lines.source_type = 'opening'
                then 'opening'
                when source_types.is_month_end
                then journal_lines.source_type || '-' || journal_lines.period
                else coalesce(journal_lines.source_doc_id, journal_lines.journal_id)
            end as source_doc_id,
            journal_lines.journal_id,
            journal_lines.posting_date as change_date,
            case
                when journal_lines.control_of = 'unbilled'
                then journal_lines.amount
                else - journal_lines.amount
            end as amount,
            journal_lines.source_system,
            journal_lines.source_file,
            journal_lines.source_line
        from journal_lines
        inner join source_types on journal_lines.source_type = source_types.source_type
        where
            journal_lines.control_of in ('unbilled', 'deferred')
            or (journal_lines.control_of = 'tax' and source_types.has_expected_side)
    ),

    sides_unioned as (
        select
            legal_entity_id,
            control_account,
            source_doc_id,
            order_line_key,
            cast(null as string) as journal_id,
            change_date,
            amount as subledger,
            0 as ledger,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line
        from subledger_changes
        union all
        select
            legal_entity_id,
            control_account,
            source_doc_id,
            cast(null as string) as order_line_key,
            journal_id,
            change_date,
            0 as subledger,
            amount as ledger,
            source_system,
            source_file,
            source_line
        from ledger_changes
    )

select *
from sides_unioned
