with

    cash_lines as (select * from {{ ref("int_forecast_cash_lines") }}),

    entities_kept as (select * from cash_lines where legal_entity_id <> '*')

select *
from entities_kept
