with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    columns_chosen as (
        select
            legal_entity_id,
            source_system,
            name,
            functional_currency,
            country,
            time_zone,
            parent_legal_entity_id,
            reporting_currency,
            ledger
        from legal_entities
    )

select *
from columns_chosen
