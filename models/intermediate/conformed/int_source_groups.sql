-- Sources that deliver the same legal entity speak of the same customers and accounts; they form a
-- group, named by the source whose attributes win.
with recursive

    sources as (select * from {{ ref("stg_registry__sources") }}),

    source_priorities as (select * from {{ ref("stg_registry__source_priorities") }}),

    legal_entities as ({{ union_kinds("legal_entities") }}),

    sources_ranked as (
        select
            sources.source_system,
            row_number() over (
                order by source_priorities.priority nulls last, sources.source_system
            ) as source_rank
        from sources
        left join source_priorities on sources.source_system = source_priorities.source_system
    ),

    sources_linked as (
        select distinct one.source_system, other.source_system as linked_source
        from legal_entities as one
        inner join legal_entities as other on one.legal_entity_id = other.legal_entity_id
    ),

    sources_reached as (
        select source_system, source_system as reached_source
        from sources_ranked
        union
        select sources_reached.source_system, sources_linked.linked_source as reached_source
        from sources_reached
        inner join sources_linked on sources_reached.reached_source = sources_linked.source_system
    ),

    groups_named as (
        select sources_reached.source_system, min(sources_ranked.source_rank) as group_rank
        from sources_reached
        inner join sources_ranked on sources_reached.reached_source = sources_ranked.source_system
        group by sources_reached.source_system
    ),

    groups_assigned as (
        select groups_named.source_system, own.source_rank, leading_source.source_system as source_group
        from groups_named
        inner join sources_ranked as own on groups_named.source_system = own.source_system
        inner join sources_ranked as leading_source on groups_named.group_rank = leading_source.source_rank
    )

select *
from groups_assigned
