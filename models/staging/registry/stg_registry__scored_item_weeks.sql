with source as (select * from {{ source("registry", "scored_item_weeks") }}) select * from source
