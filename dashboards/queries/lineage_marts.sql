select distinct lineage.mart
from raw.lineage as lineage
order by lineage.mart
