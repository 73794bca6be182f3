with source as (select * from {{ source("registry", "scored_items") }}) select * from source
