with source as (select * from {{ source("registry", "sealed_lines") }}) select * from source
