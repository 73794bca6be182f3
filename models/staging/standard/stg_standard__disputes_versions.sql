with

    versions as ({{ all_versions(source("raw_standard", "disputes"), ["dispute_id"]) }}),

    renamed as (
        select
            source_system,
            dispute_id,
            doc_id,
            opened_date,
            closed_date,
            updated_at,
            coalesce(is_deleted, false) as is_deleted,
            version_age,
            is_present,
            is_superseded,
            snapshot_at,
            case
                when object_load = 'incremental'
                then null
                when is_superseded and coalesce(lead(snapshot_at) over key_by_snapshot <> snapshot_at, true)
                then snapshot_at
                when
                    next_complete_snapshot_at
                    < coalesce(lead(snapshot_at) over key_by_snapshot, timestamp '9999-12-31 00:00:00')
                then next_complete_snapshot_at
            end as absent_from,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at("opened_date") }}
        from versions
        window
            key_by_snapshot as (
                partition by source_system, dispute_id order by snapshot_at, is_superseded desc
            )
    )

select *
from renamed
