with

    newest as ({{ newest_version(source("raw_standard", "payment_terms"), ["payment_terms_id"]) }}),

    renamed as (
        select
            source_system,
            payment_terms_id,
            net_days,
            discount_rate,
            discount_days,
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
