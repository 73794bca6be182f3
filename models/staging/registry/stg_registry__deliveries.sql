-- A snapshot with a refused file or a quarantined row deletes nothing: absence is judged by the
-- latest complete one.
with

    deliveries as (select * from {{ source("registry", "deliveries") }}),

    sources as (select * from {{ source("registry", "sources") }}),

    snapshots_judged as (
        select
            source_system,
            object,
            snapshot_at,
            bool_and(status = 'landed' and rows_quarantined = 0) as is_complete
        from deliveries
        where not is_superseded
        group by source_system, object, snapshot_at
    ),

    complete_snapshots_found as (
        select source_system, object, max(snapshot_at) as latest_complete_snapshot_at
        from snapshots_judged
        where is_complete
        group by source_system, object
    ),

    next_complete_snapshots_found as (
        select deliveries.batch_id, min(snapshots_judged.snapshot_at) as next_complete_snapshot_at
        from deliveries
        inner join
            snapshots_judged
            on deliveries.source_system = snapshots_judged.source_system
            and deliveries.object = snapshots_judged.object
            and deliveries.snapshot_at < snapshots_judged.snapshot_at
        where snapshots_judged.is_complete
        group by deliveries.batch_id
    ),

    deliveries_placed as (
        select
            deliveries.batch_id,
            deliveries.run_id,
            deliveries.source_system,
            deliveries.kind,
            deliveries.object,
            deliveries.source_file,
            deliveries.sha256,
            deliveries.bytes,
            deliveries.declared_extracted_at,
            deliveries.extracted_at,
            deliveries.snapshot_at,
            deliveries.recorded_at,
            deliveries.status,
            deliveries.rows_landed,
            deliveries.rows_quarantined,
            deliveries.message,
            deliveries.is_current,
            deliveries.is_superseded,
            deliveries.ends_without_newline,
            sources.load as object_load,
            not deliveries.is_superseded
            and deliveries.snapshot_at >= coalesce(
                complete_snapshots_found.latest_complete_snapshot_at, deliveries.snapshot_at
            ) as is_in_live_snapshot,
            case
                when sources.load = 'full_snapshot'
                then next_complete_snapshots_found.next_complete_snapshot_at
            end as next_complete_snapshot_at,
            deliveries.extracted_at = sources.first_extracted_at as is_first_delivery
        from deliveries
        inner join sources on deliveries.source_system = sources.source_system
        left join
            complete_snapshots_found
            on deliveries.source_system = complete_snapshots_found.source_system
            and deliveries.object = complete_snapshots_found.object
        left join
            next_complete_snapshots_found on deliveries.batch_id = next_complete_snapshots_found.batch_id
    )

select *
from deliveries_placed
