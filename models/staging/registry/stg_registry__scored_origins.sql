with source as (select * from {{ source("registry", "scored_origins") }}) select * from source
