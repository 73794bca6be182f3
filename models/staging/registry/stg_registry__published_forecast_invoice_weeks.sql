with source as (select * from {{ source("registry", "published_forecast_invoice_weeks") }})
select *
from source
