{#-
  A table or view in one statement, which replaces the one that is there when the transaction commits. dbt's own go by a
  temporary name, two renames and two drops: on a few rows a third of the time that a model takes, and there are
  hundreds.
-#}
{% materialization table, adapter = "duckdb" %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not existing.is_table -%}
        {% do adapter.drop_relation(existing) %}
    {%- endif -%}
    {% call statement("main") -%}
        {%- if config.get("contract").enforced %}
            {{ get_assert_columns_equivalent(sql) }}
            create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(sql) }});
        {%- else %}
            create or replace table {{ target }} as ({{ sql }}
            );
        {%- endif %}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {%- do persist_docs(target, model) -%}
    {%- do adapter.commit() -%}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{% materialization view, adapter = "duckdb" %}
    {%- set target = this.incorporate(type="view") -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not existing.is_view -%}
        {% do adapter.drop_relation(existing) %}
    {%- endif -%}
    {% call statement("main") -%} create or replace view {{ target }} as ({{ sql }}
    ); {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {%- do persist_docs(target, model) -%}
    {%- do adapter.commit() -%}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{#- Comments on columns. Only models under a contract have them, so every column that is described is there. -#}
{% macro duckdb__alter_column_comment(relation, column_dict) %}
    {%- for name in column_dict %}
        comment on column {{ relation }}.{{ adapter.quote(name) if column_dict[name]["quote"] else name }}
        is {{ duckdb_escape_comment(column_dict[name]["description"]) }};
    {%- endfor %}
{% endmacro %}
