with

    newest as ({{ newest_version(source("raw_standard", "disputes"), ["dispute_id"]) }}),

    renamed as (
        select
            source_system,
            dispute_id,
            doc_id,
            customer_id,
            opened_date,
            amount,
            reason,
            status,
            closed_date,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at("opened_date") }}
        from newest
    )

select *
from renamed
