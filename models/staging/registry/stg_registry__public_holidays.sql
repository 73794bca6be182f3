with source as (select * from {{ source("registry", "public_holidays") }}) select * from source
