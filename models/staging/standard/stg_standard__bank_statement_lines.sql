with

    newest as (
        {{ newest_version(source("raw_standard", "bank_statement_lines"), ["bank_account_id", "entry_ref"]) }}
    ),

    renamed as (
        select
            source_system,
            bank_account_id,
            entry_ref,
            booking_date,
            value_date,
            currency,
            amount,
            remittance_text,
            end_to_end_id,
            counterparty,
            payment_id,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at() }}
        from newest
    )

select *
from renamed
