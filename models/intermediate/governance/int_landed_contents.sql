-- Counted from the raw tables themselves, not from what landing says that it wrote.
-- depends_on: {{ ref("stg_registry__deliveries") }}
with contents_summed as ({{ landed_contents() }}) select * from contents_summed
