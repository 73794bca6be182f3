{#-
  Every change that a later delivery of its source brought first: a row with the moment of its last change, of a key and
  moment that no earlier extract has. Over all raw tables of all kinds.
-#}
{% macro arrivals_of_changes() -%}
    {%- for node in (graph.sources.values() if execute else []) if node.source_name.startswith("raw_") %}
        {%- set keys = node.config.get("meta", {}).get("key", node.meta.get("key", [])) -%}
        {%- set relation = node.schema ~ "." ~ node.identifier %}
        select
            '{{ node.identifier }}' as table_name,
            concat_ws(':', {{ qualified("delivered", keys) }}) as business_key,
            delivered.source_system,
            delivered.source_file,
            delivered.source_line,
            delivered.updated_at as changed_at,
            delivered.extracted_at
        from {{ relation }} as delivered
        inner join
            {{ ref("stg_registry__deliveries") }} as deliveries on delivered.batch_id = deliveries.batch_id
        where
            delivered.updated_at is not null
            and not deliveries.is_first_delivery
            and not exists (
                select 1
                from {{ relation }} as earlier
                where
                    earlier.source_system = delivered.source_system
                    and {{ keys_equal("earlier", "delivered", keys) }}
                    and earlier.updated_at = delivered.updated_at
                    and earlier.extracted_at < delivered.extracted_at
            )
        {%- if not loop.last %}
            union all
        {%- endif -%}
    {%- else -%} select null
    {%- endfor -%}
{%- endmacro %}

{#-
  The versions of every key that was delivered more than once, ranked in the order of the extract contract: updated_at
  (null lowest), extracted_at, newer bytes of a path over older ones, line within one file. Rank 1 is what counts; where
  several have it, the contract leaves the choice open. Over all raw tables of all kinds. Keys are sought by their hash,
  which is quicker than by their text; that two keys share one does no harm.
-#}
{% macro contested_versions() -%}
    {%- for node in (graph.sources.values() if execute else []) if node.source_name.startswith("raw_") %}
        {%- set keys = node.config.get("meta", {}).get("key", node.meta.get("key", [])) -%}
        {%- set relation = node.schema ~ "." ~ node.identifier %}
        select
            '{{ node.identifier }}' as raw_table,
            concat_ws(':', {{ keys | join(", ") }}) as business_key,
            source_system,
            source_file,
            source_line,
            batch_id,
            updated_at as changed_at,
            extracted_at,
            first_value(updated_at) over by_rank as greatest_changed_at,
            first_value(extracted_at) over by_rank as greatest_extracted_at,
            rank() over by_rank as version_rank
        from
            (
                select
                    delivered.*,
                    deliveries.is_superseded,
                    row_number() over (
                        partition by delivered.batch_id, {{ qualified("delivered", keys) }}
                        order by delivered.updated_at desc nulls last, delivered.source_line desc
                    ) as place_in_file
                from {{ relation }} as delivered
                inner join
                    {{ ref("stg_registry__deliveries") }} as deliveries
                    on delivered.batch_id = deliveries.batch_id
                where
                    {{ hash_of(["delivered.source_system", qualified("delivered", keys)]) }} in (
                        select {{ hash_of(["source_system"] + keys) }}
                        from {{ relation }}
                        group by all
                        having count(*) > 1
                    )
            ) as placed
        window
            by_rank as (
                partition by source_system, {{ keys | join(", ") }}
                order by updated_at desc nulls last, extracted_at desc, is_superseded, place_in_file
            )
        {%- if not loop.last %}
            union all
        {%- endif -%}
    {%- else -%} select null
    {%- endfor -%}
{%- endmacro %}
