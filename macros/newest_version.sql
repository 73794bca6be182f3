{#-
  Every delivered version of a raw object. `version_age` is 1 for the newest and counts backwards in the order of
  the extract contract: updated_at (null lowest), extracted_at of the file, newer bytes of the same path over older
  ones, line within one file. What that leaves undecided goes by the hash of the cells, so that neither the order
  nor the split of files shows. `is_present` is false where the latest complete snapshot lacks the key.
-#}
{% macro all_versions(relation, key) -%}
    {%- set keys = key | join(", ") -%}
    {%- set numbered_keys = [] -%}
    {%- for column in key -%} {%- do numbered_keys.append("numbered." ~ column) -%} {%- endfor -%}
    select
        numbered.*,
        row_number() over (
            partition by numbered.source_system, {{ numbered_keys | join(", ") }}
            order by
                numbered.updated_at desc nulls last,
                numbered.extracted_at desc,
                numbered.is_superseded,
                numbered.version_in_file,
                numbered.row_hash desc,
                numbered.source_file,
                numbered.source_line
        ) as version_age,
        numbered.object_load = 'incremental' or present.source_system is not null as is_present
    from
        (
            select
                delivered.*,
                deliveries.snapshot_at,
                deliveries.next_complete_snapshot_at,
                deliveries.object_load,
                deliveries.is_superseded,
                deliveries.is_first_delivery,
                row_number() over (
                    partition by delivered.source_system, delivered.batch_id, {{ keys }}
                    order by delivered.updated_at desc nulls last, delivered.source_line desc
                ) as version_in_file
            from {{ relation }} as delivered
            inner join
                {{ ref("stg_registry__deliveries") }} as deliveries
                on delivered.batch_id = deliveries.batch_id
        ) as numbered
    left join
        (
            select distinct delivered.source_system{% for column in key %}, delivered.{{ column }}{% endfor %}
            from {{ relation }} as delivered
            inner join
                {{ ref("stg_registry__deliveries") }} as deliveries
                on delivered.batch_id = deliveries.batch_id
            where deliveries.object_load = 'full_snapshot' and deliveries.is_in_live_snapshot
        ) as present
        on numbered.source_system = present.source_system
        {%- for column in key %} and numbered.{{ column }} = present.{{ column }} {%- endfor %}
{%- endmacro %}

{#- The version of each key that counts today: neither deleted nor absent from the latest complete snapshot. -#}
{% macro newest_version(relation, key) -%}
    select *
    from ({{ all_versions(relation, key) }}) as versions
    where versions.version_age = 1 and versions.is_present and not coalesce(versions.is_deleted, false)
{%- endmacro %}
