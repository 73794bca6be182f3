with

    versions as (select * from {{ ref("stg_standard__invoices_versions") }}),

    newest as (
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
            {{ lineage() }}
        from versions
        where version_age = 1 and is_present and not is_deleted
    )

select *
from newest
