{#-
  The rows of one entity from every kind of source that yields it, united by column name.
  Kinds come from the variable `kinds`, which follows ingest/contracts.
-#}
{% macro union_kinds(entity) -%}
    {%- set relations = [] -%}
    {%- for kind, entities in var("kinds").items() if entity in entities -%}
        {%- do relations.append(ref("stg_" ~ kind ~ "__" ~ entity)) -%}
    {%- endfor -%}
    {%- for relation in relations %}
        select *
        from {{ relation }}
        {%- if not loop.last %}
            union all by name
        {%- endif -%}
    {%- endfor %}
{%- endmacro %}

{#-
  All delivered versions of an entity, from kinds that yield `<entity>_versions`; of the others the newest version,
  which then stands alone.
-#}
{% macro union_kinds_with_versions(entity) -%}
    {%- set selects = [] -%}
    {%- for kind, entities in var("kinds").items() if entity in entities -%}
        {%- if entity ~ "_versions" in entities -%}
            {%- do selects.append("select * from " ~ ref("stg_" ~ kind ~ "__" ~ entity ~ "_versions")) -%}
        {%- else -%}
            {%- do selects.append(
                "select *, 1 as version_age, false as is_deleted, extracted_at as snapshot_at, "
                ~ "cast(null as timestamp) as absent_from from "
                ~ ref("stg_" ~ kind ~ "__" ~ entity)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ selects | join("\n    union all by name\n    ") }}
{%- endmacro %}
