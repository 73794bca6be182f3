with source as (select * from {{ source("registry", "settings") }}) select * from source
