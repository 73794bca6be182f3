{{ config(alias="cl_01", meta={"control_id": "CL-01"}) }}
-- Guards what was reported: a journal entered after a period was closed, with a posting date inside
-- it, changes figures that others already rely on. A line without a moment of entry is not judged.
with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    account_days as (select * from {{ ref("int_account_days") }}),

    closings as (select * from {{ ref("int_period_closings") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    days_closed as (
        -- the first closing that took in the day counts
        select posting_days.legal_entity_id, posting_days.posting_date, min(closings.closed_at) as closed_at
        from (select distinct legal_entity_id, posting_date from account_days) as posting_days
        inner join
            closings
            on posting_days.legal_entity_id = closings.legal_entity_id
            and posting_days.posting_date <= closings.closed_through
        where closings.closed_at is not null
        group by posting_days.legal_entity_id, posting_days.posting_date
    ),

    late_journals as (
        select
            journal_lines.journal_key,
            min(journal_lines.journal_id) as journal_id,
            min(journal_lines.legal_entity_id) as legal_entity_id,
            min(journal_lines.source_system) as source_system,
            min(journal_lines.source_file) as source_file,
            min(journal_lines.source_line) as source_line,
            min(journal_lines.source_type) as source_type,
            min(journal_lines.source_doc_id) as source_doc_id,
            min(journal_lines.created_by) as user_id,
            min(journal_lines.posting_date) as posting_date,
            max(journal_lines.entry_at) as entry_at,
            min(days_closed.closed_at) as closed_at,
            {{ sum_money("case when journal_lines.amount > 0 then journal_lines.amount end") }} as amount
        from journal_lines
        cross join as_of
        inner join
            days_closed
            on journal_lines.legal_entity_id = days_closed.legal_entity_id
            and journal_lines.posting_date = days_closed.posting_date
        where journal_lines.entry_at > days_closed.closed_at and journal_lines.posting_date <= as_of.as_of
        group by journal_lines.journal_key
    ),

    failing_rows as (
        select
            'CL-01' as control_id,
            posting_date as as_of,
            legal_entity_id,
            journal_id as business_key,
            amount as amount_at_risk,
            'entered by ' || cast(closed_at as string) as expected,
            cast(entry_at as string) as actual,
            cast(null as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            user_id,
            posting_date,
            entry_at,
            closed_at,
            {{ days_between("cast(closed_at as date)", "cast(entry_at as date)") }} as days_late,
            source_type,
            source_doc_id
        from late_journals
    )

select *
from failing_rows
