with source as (select * from {{ source("registry", "sources") }}) select * from source
