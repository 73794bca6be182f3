with source as (select * from {{ source("registry", "entity_settings") }}) select * from source
