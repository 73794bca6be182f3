with source as (select * from {{ source("registry", "scored_lines") }}) select * from source
