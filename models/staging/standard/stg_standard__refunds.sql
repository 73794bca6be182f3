with

    newest as ({{ newest_version(source("raw_standard", "refunds"), ["refund_id"]) }}),

    renamed as (
        select
            source_system,
            refund_id,
            payment_id,
            legal_entity_id,
            customer_id,
            posting_date,
            currency,
            fx_rate,
            amount,
            bank_account_id,
            approved_by,
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
