with source as (select * from {{ source("registry", "source_priorities") }}) select * from source
