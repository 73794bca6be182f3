with source as (select * from {{ source("registry", "seals") }}) select * from source
