-- Through which day an entity's books were closed and when: by the company's settings and by the
-- seals that are in force.
with

    entity_settings as (select * from {{ ref("stg_registry__entity_settings") }}),

    seals as (select * from {{ ref("stg_registry__seals") }}),

    closings_unioned as (
        select legal_entity_id, close_through as closed_through, closed_at, 'tieout.yml' as closed_by
        from entity_settings
        where close_through is not null
        union all
        select legal_entity_id, closed_through, closed_at, closed_by
        from seals
        where is_in_force
    )

select *
from closings_unioned
