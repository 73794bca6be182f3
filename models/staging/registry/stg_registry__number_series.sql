with source as (select * from {{ source("registry", "number_series") }}) select * from source
