{#-
  Every delivered version of a raw object. `version_age` is 1 for the newest and counts backwards in the order of
  the extract contract: updated_at (null lowest), extracted_at of the file, newer bytes of the same path over older
  ones, line within one file. What that leaves undecided goes by the hash of the cells, so that neither the order
  nor the split of files shows. `is_present` is false where the latest complete snapshot lacks the key.

  Nearly every key is delivered once and needs no ordering; ordering those as well took 26 s instead of 9 s of
  processor time for 4.9 million ledger lines. So keys are told apart by a hash first: one that stands alone has one
  version; two keys that share a hash by chance are merely ordered needlessly. The relation is named where it is
  read (as `source()` gives it): DuckDB copies a CTE that is read several times, another 5 s.
-#}
{% macro all_versions(relation, key) -%}
    {%- set delivered_keys = ["delivered.source_system"] -%}
    {%- set numbered_keys = ["numbered.source_system"] -%}
    {%- for column in key -%}
        {%- do delivered_keys.append("delivered." ~ column) -%}
        {%- do numbered_keys.append("numbered." ~ column) -%}
    {%- endfor -%}
    {%- set placed -%}
        deliveries.snapshot_at,
        deliveries.next_complete_snapshot_at,
        deliveries.object_load,
        deliveries.is_superseded,
        deliveries.is_first_delivery,
        deliveries.object_load = 'full_snapshot' and deliveries.is_in_live_snapshot as is_in_live_snapshot
    {%- endset -%}
    with

        keys_delivered_again as (
            select {{ hash_of(delivered_keys) }} as key_hash
            from {{ relation }} as delivered
            group by {{ hash_of(delivered_keys) }}
            having count(*) > 1
        )

    select
        delivered.*,
        {{ placed }},
        1 as version_in_file,
        1 as version_age,
        deliveries.object_load = 'incremental' or deliveries.is_in_live_snapshot as is_present
    from {{ relation }} as delivered
    inner join {{ ref("stg_registry__deliveries") }} as deliveries on delivered.batch_id = deliveries.batch_id
    where {{ hash_of(delivered_keys) }} not in (select key_hash from keys_delivered_again)
    union all
    select
        numbered.*,
        row_number() over (
            partition by {{ numbered_keys | join(", ") }}
            order by
                numbered.updated_at desc nulls last,
                numbered.extracted_at desc,
                numbered.is_superseded,
                numbered.version_in_file,
                numbered.row_hash desc,
                numbered.source_file,
                numbered.source_line
        ) as version_age,
        numbered.object_load = 'incremental'
        or bool_or(numbered.is_in_live_snapshot) over (
            partition by {{ numbered_keys | join(", ") }}
        ) as is_present
    from
        (
            select
                delivered.*,
                {{ placed }},
                row_number() over (
                    partition by delivered.batch_id, {{ delivered_keys | join(", ") }}
                    order by delivered.updated_at desc nulls last, delivered.source_line desc
                ) as version_in_file
            from {{ relation }} as delivered
            inner join
                {{ ref("stg_registry__deliveries") }} as deliveries
                on delivered.batch_id = deliveries.batch_id
            where {{ hash_of(delivered_keys) }} in (select key_hash from keys_delivered_again)
        ) as numbered
{%- endmacro %}

{#- The version of each key that counts today: neither deleted nor absent from the latest complete snapshot. -#}
{% macro newest_version(relation, key) -%}
    select *
    from ({{ all_versions(relation, key) }}) as versions
    where versions.version_age = 1 and versions.is_present and not coalesce(versions.is_deleted, false)
{%- endmacro %}

{#- What is said of a version: whether it is deleted, how many are newer, and in which deliveries it is. -#}
{% macro version_state() -%}
    coalesce(is_deleted, false) as is_deleted, version_age, is_present, is_superseded, snapshot_at
{%- endmacro %}

{#-
  The moment from which a version is missing: a complete snapshot came without its key before another version of it
  did, or newer bytes of the same file came without it. Null while it stands.
-#}
{% macro absent_from(key) -%}
    {%- set later -%}
        lead(snapshot_at) over (
            partition by source_system, {{ key }} order by snapshot_at, is_superseded desc
        )
    {%- endset -%}
    case
        when object_load = 'incremental'
        then null
        when is_superseded and coalesce({{ later }} <> snapshot_at, true)
        then snapshot_at
        when next_complete_snapshot_at < coalesce({{ later }}, timestamp '9999-12-31 00:00:00')
        then next_complete_snapshot_at
    end as absent_from
{%- endmacro %}
