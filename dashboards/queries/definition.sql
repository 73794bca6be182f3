select metric_id, name
from marts.dim_metric
where metric_id = $metric_id
