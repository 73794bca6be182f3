with source as (select * from {{ source("registry", "published_forecast_invoices") }}) select * from source
