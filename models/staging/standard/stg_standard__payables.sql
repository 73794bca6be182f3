with

    newest as ({{ newest_version(source("raw_standard", "payables"), ["supplier_doc_id"]) }}),

    renamed as (
        select
            source_system,
            supplier_doc_id,
            legal_entity_id,
            supplier,
            due_date,
            planned_payment_date,
            currency,
            amount,
            status,
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
