with source as (select * from {{ source("registry", "run") }}) select * from source
