select source_system, object, source_file, source_line, column_name, value, expected, reason
from staging.stg_registry__quarantine
order by source_system, source_file, source_line
