with

    newest as ({{ newest_version(source("raw_standard", "customers"), ["customer_id"]) }}),

    renamed as (
        select
            source_system,
            customer_id,
            name,
            country,
            currency,
            payment_terms_id,
            credit_limit,
            credit_currency,
            segment,
            parent_customer_id,
            tax_id,
            intercompany_legal_entity_id,
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
