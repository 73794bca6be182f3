with

    newest as ({{ newest_version(source("raw_standard", "gl_journal_lines"), ["journal_id", "line_no"]) }}),

    renamed as (
        select
            source_system,
            journal_id,
            line_no,
            legal_entity_id,
            posting_date,
            entry_at,
            account_id,
            amount,
            currency,
            amount_transaction,
            source_type,
            source_doc_id,
            customer_id,
            partner_legal_entity_id,
            description,
            created_by,
            approved_by,
            cast(null as string) as control_of,
            cast(null as boolean) as is_control_account_only,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at("posting_date") }}
        from newest
    )

select *
from renamed
