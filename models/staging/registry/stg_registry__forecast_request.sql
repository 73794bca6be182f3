with source as (select * from {{ source("registry", "forecast_request") }}) select * from source
