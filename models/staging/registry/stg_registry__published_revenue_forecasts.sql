with source as (select * from {{ source("registry", "published_revenue_forecasts") }}) select * from source
