with

    newest as ({{ newest_version(source("raw_standard", "products"), ["product_id"]) }}),

    renamed as (
        select
            source_system,
            product_id,
            name,
            kind,
            segment,
            unit_cost,
            cost_currency,
            revenue_account_id,
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
