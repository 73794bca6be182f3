with source as (select * from {{ source("registry", "ageing_buckets") }}) select * from source
