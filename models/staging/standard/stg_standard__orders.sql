with

    newest as ({{ newest_version(source("raw_standard", "orders"), ["order_id"]) }}),

    renamed as (
        select
            source_system,
            order_id,
            legal_entity_id,
            customer_id,
            order_date,
            confirmed_at,
            currency,
            status,
            channel,
            created_by,
            credit_checked_at,
            credit_approved_by,
            external_order_id,
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
