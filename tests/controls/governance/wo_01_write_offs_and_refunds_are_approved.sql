{{ config(alias="wo_01", meta={"control_id": "WO-01"}) }}
-- Guards against money that leaves by one person's decision: who books a write-off or a refund may
-- not be the one who approves it, and somebody has to. Where a source names no approver at all, its
-- rows are not judged.
with

    write_offs as (select * from {{ ref("int_write_offs") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    decisions_unioned as (
        select
            write_offs.source_system,
            'write_off' as source_type,
            write_offs.write_off_id as decision_id,
            write_offs.legal_entity_id,
            write_offs.customer_id,
            write_offs.currency,
            write_offs.amount,
            documents.fx_rate,
            write_offs.approved_by,
            write_offs.posting_date,
            write_offs.source_file,
            write_offs.source_line
        from write_offs
        left join documents on write_offs.document_key = documents.document_key
        union all
        select
            source_system,
            'customer_refund' as source_type,
            refund_id as decision_id,
            legal_entity_id,
            customer_id,
            currency,
            amount,
            fx_rate,
            approved_by,
            posting_date,
            source_file,
            source_line
        from refunds
    ),

    approvers_counted as (
        select source_system, count(approved_by) as approvals from decisions_unioned group by source_system
    ),

    bookings_found as (
        select legal_entity_id, source_type, source_doc_id, created_by, min(journal_id) as journal_id
        from journal_lines
        where source_type in ('write_off', 'customer_refund') and created_by is not null
        group by legal_entity_id, source_type, source_doc_id, created_by
    ),

    decisions_judged as (
        select
            decisions_unioned.*,
            bookings_found.created_by,
            bookings_found.journal_id,
            case
                when decisions_unioned.approved_by is null
                then 'not approved'
                when bookings_found.created_by is not null
                then 'approved by the user who booked it'
            end as finding
        from decisions_unioned
        cross join as_of
        inner join approvers_counted on decisions_unioned.source_system = approvers_counted.source_system
        left join
            bookings_found
            on decisions_unioned.legal_entity_id = bookings_found.legal_entity_id
            and decisions_unioned.source_type = bookings_found.source_type
            and decisions_unioned.decision_id = bookings_found.source_doc_id
            and decisions_unioned.approved_by = bookings_found.created_by
        where decisions_unioned.posting_date <= as_of.as_of and approvers_counted.approvals > 0
    ),

    failing_rows as (
        select
            'WO-01' as control_id,
            posting_date as as_of,
            legal_entity_id,
            decision_id as business_key,
            abs(cast({{ times("amount", "coalesce(fx_rate, 1)") }} as decimal(18, 4))) as amount_at_risk,
            'approved by another person' as expected,
            coalesce('approved and booked by ' || approved_by, 'no approver') as actual,
            cast(amount as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            finding,
            source_type,
            customer_id,
            currency,
            approved_by,
            created_by,
            journal_id
        from decisions_judged
        where finding is not null
    )

select *
from failing_rows
