with source as (select * from {{ source("registry", "scored_orders") }}) select * from source
