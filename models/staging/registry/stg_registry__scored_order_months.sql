with source as (select * from {{ source("registry", "scored_order_months") }}) select * from source
