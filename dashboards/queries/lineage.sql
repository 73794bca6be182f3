select
    lineage.mart, lineage.steps, lineage.relation, lineage.kind, lineage.description, lineage.rests_on
from raw.lineage as lineage
where lineage.mart = $mart
order by lineage.steps, lineage.kind, lineage.relation
