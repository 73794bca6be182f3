{#-
  What lies in every raw table, per delivery: one row with the number of rows (column_name null) and one for each
  numeric column with its plain sum. The tables are those of the declared sources of all kinds.
-#}
{% macro landed_contents() -%}
    {%- set selects = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.source_name.startswith("raw_") -%}
            {%- set table_name = node.schema ~ "." ~ node.identifier -%}
            {%- do selects.append(
                "select batch_id, cast(null as varchar) as column_name, cast(count(*) as decimal(38, 6)) as total from "
                ~ table_name
                ~ " group by batch_id"
            ) -%}
            {%- set relation = api.Relation.create(
                database=target.database, schema=node.schema, identifier=node.identifier
            ) -%}
            {%- for column in adapter.get_columns_in_relation(relation) -%}
                {%- if column.dtype.upper().startswith("DECIMAL") or (
                    column.dtype.upper() == "BIGINT"
                    and column.name not in ["source_line", "batch_id"]
                ) -%}
                    {%- do selects.append(
                        "select batch_id, '"
                        ~ column.name
                        ~ "' as column_name, cast(sum("
                        ~ adapter.quote(column.name)
                        ~ ") as decimal(38, 6)) as total from "
                        ~ table_name
                        ~ " group by batch_id"
                    ) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ selects | join("\n    union all\n    ") or "select null" }}
{%- endmacro %}

{#- Rows of raw that claim the same business key with equal right: same newest updated_at, same extraction, not superseded. -#}
{% macro undecided_rows() -%}
    {%- set selects = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.source_name.startswith("raw_") -%}
            {%- set keys = node.config.get("meta", {}).get("key", node.meta.get("key", [])) -%}
            {%- set quoted = [] -%}
            {%- for column in keys -%} {%- do quoted.append(adapter.quote(column)) -%} {%- endfor -%}
            {%- do selects.append(
                "select '" ~ node.identifier ~ "' as table_name, concat_ws(':', " ~ quoted
                | join(", ")
                ~ ") as business_key, "
                ~ "delivered.source_system, delivered.source_file, delivered.source_line, delivered.row_hash, "
                ~ "delivered.updated_at, delivered.extracted_at, deliveries.is_superseded "
                ~ "from "
                ~ node.schema
                ~ "."
                ~ node.identifier
                ~ " as delivered "
                ~ "inner join "
                ~ ref("stg_registry__deliveries")
                ~ " as deliveries on delivered.batch_id = deliveries.batch_id "
                ~ "where (delivered.source_system, "
                ~ quoted
                | join(", ") ~ ") in (select source_system, " ~ quoted
                | join(", ")
                ~ " from "
                ~ node.schema
                ~ "."
                ~ node.identifier
                ~ " group by all having min(row_hash) <> max(row_hash))"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ selects | join("\n    union all\n    ") or "select null" }}
{%- endmacro %}

{#- Names and types of the columns of a schema's tables. -#}
{% macro columns_of_schema(schema_name) -%}
    select table_name, column_name, data_type
    from information_schema.columns
    where table_schema = '{{ schema_name }}' and table_catalog = current_database()
{%- endmacro %}
