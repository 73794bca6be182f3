{{
    config(
        materialized="table_function",
        parameters=["as_of"],
        contract={"enforced": false},
        persist_docs={"relation": false, "columns": false},
    )
}}
with

    dates_asked as (
        select
            legal_entity_id,
            cast(as_of as date) as as_of,
            {{ month_start("cast(as_of as date)") }} as month_start_date
        from {{ ref("int_report_starts") }}
    ),

    balances_drawn as ({{ trial_balance("dates_asked") }})

select *
from balances_drawn
