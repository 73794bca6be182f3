with

    versions as ({{ all_versions(source("raw_standard", "invoices"), ["doc_id"]) }}),

    renamed as (
        select
            source_system,
            doc_id,
            doc_type,
            legal_entity_id,
            customer_id,
            order_id,
            shipment_id,
            original_doc_id,
            document_date,
            posting_date,
            due_date,
            currency,
            fx_rate,
            net,
            tax,
            gross,
            created_by,
            updated_at,
            {{ version_state() }},
            {{ absent_from("doc_id") }},
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at("posting_date") }}
        from versions
    )

select *
from renamed
