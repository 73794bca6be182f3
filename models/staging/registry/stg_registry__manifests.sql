with source as (select * from {{ source("registry", "manifests") }}) select * from source
