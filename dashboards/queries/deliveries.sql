select deliveries.source_system, deliveries.object, deliveries.source_file, deliveries.status, deliveries.rows_landed,
    deliveries.rows_quarantined, deliveries.extracted_at, deliveries.recorded_at, left(deliveries.sha256, 12) as sha256
from staging.stg_registry__deliveries as deliveries
where deliveries.is_current
order by deliveries.source_system, deliveries.object, deliveries.source_file
