-- The public holidays on which a legal entity's banks are closed: those of its country.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    public_holidays as (select * from {{ ref("stg_registry__public_holidays") }}),

    holidays_of_entities as (
        select legal_entities.legal_entity_id, public_holidays.holiday_date
        from legal_entities
        inner join public_holidays on upper(legal_entities.country) = public_holidays.country
    )

select *
from holidays_of_entities
