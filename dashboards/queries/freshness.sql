select
    source_system, owner, kind, load, files_landed, newest_extracted_at, age_hours,
    freshness_warn_after_hours, freshness_error_after_hours, freshness
from dashboard.cut_freshness
order by source_system
