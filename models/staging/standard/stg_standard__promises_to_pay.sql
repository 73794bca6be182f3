with

    newest as ({{ newest_version(source("raw_standard", "promises_to_pay"), ["promise_id"]) }}),

    renamed as (
        select
            source_system,
            promise_id,
            doc_id,
            promised_date,
            amount,
            recorded_on,
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
