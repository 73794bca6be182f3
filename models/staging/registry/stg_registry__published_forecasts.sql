with source as (select * from {{ source("registry", "published_forecasts") }}) select * from source
