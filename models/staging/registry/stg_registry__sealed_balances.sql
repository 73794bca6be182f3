with source as (select * from {{ source("registry", "sealed_balances") }}) select * from source
