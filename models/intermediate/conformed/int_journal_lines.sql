with

    journal_lines as ({{ union_kinds("gl_journal_lines") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    account_references as (
        {{ resolved_references(ref("int_accounts"), "account_id", "account_key", "source_group") }}
    ),

    accounts_resolved as (
        select
            journal_lines.source_system
            || ':'
            || journal_lines.journal_id
            || ':'
            || journal_lines.line_no as journal_line_key,
            journal_lines.source_system || ':' || journal_lines.journal_id as journal_key,
            journal_lines.source_system,
            journal_lines.journal_id,
            journal_lines.line_no,
            journal_lines.legal_entity_id,
            journal_lines.account_id,
            account_references.account_key,
            journal_lines.source_type,
            journal_lines.source_doc_id,
            journal_lines.customer_id,
            journal_lines.partner_legal_entity_id,
            coalesce(accounts.control_of, journal_lines.control_of) as control_of,
            journal_lines.description,
            journal_lines.created_by,
            journal_lines.approved_by,
            journal_lines.currency,
            journal_lines.amount,
            journal_lines.amount_transaction,
            coalesce(journal_lines.is_control_account_only, false) as is_control_account_only,
            journal_lines.posting_date,
            {{ period_of("journal_lines.posting_date") }} as period,
            journal_lines.entry_at,
            {{ lineage("journal_lines") }}
        from journal_lines
        left join
            account_references
            on journal_lines.source_system = account_references.referring_source
            and journal_lines.account_id = account_references.account_id
        left join accounts on account_references.account_key = accounts.account_key
    )

select *
from accounts_resolved
