with

    newest as ({{ newest_version(source("raw_standard", "sales_history"), ["legal_entity_id", "period"]) }}),

    renamed as (
        select
            source_system,
            legal_entity_id,
            period,
            gross_credit_sales,
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
