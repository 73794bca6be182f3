with source as (select * from {{ source("registry", "quarantine") }}) select * from source
