with source as (select * from {{ source("registry", "control_settings") }}) select * from source
