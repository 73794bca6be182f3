with

    newest as ({{ newest_version(source("raw_standard", "payments"), ["payment_id"]) }}),

    renamed as (
        select
            source_system,
            payment_id,
            legal_entity_id,
            customer_id,
            bank_account_id,
            posting_date,
            currency,
            fx_rate,
            amount,
            remittance_text,
            end_to_end_id,
            reverses_payment_id,
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
