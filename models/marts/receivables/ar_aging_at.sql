{{
    config(
        materialized="table_function",
        parameters=["as_of"],
        contract={"enforced": false},
        persist_docs={"relation": false, "columns": false},
    )
}}
with

    dates_asked as (select legal_entity_id, cast(as_of as date) as as_of from {{ ref("int_report_starts") }}),

    items_opened as ({{ open_items("dates_asked") }}),

    items_aged as ({{ age_open_items("dates_asked", "items_opened") }})

select *
from items_aged
