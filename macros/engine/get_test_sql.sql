{#-
  Whether a failed control stops publishing is decided while it runs, by the settings in force then
  (intermediate.int_control_settings: the catalogue, the company's own severity, overrides), and not while dbt
  parses. So a bare `dbt test` on the last build judges as the pipeline did. A control without settings blocks. One whose
  catalogue entry warns stops publishing all the same where it has `escalates` in its meta, failing rows with `blocks`
  true, and no severity set by the company.
  Every other test keeps dbt's own rule.
-#}
{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    {%- set control_id = (model.config.meta or {}).get("control_id") -%}
    {%- if control_id %}
        select
            {{ fail_calc }} as failures,
            {{ fail_calc }} <> 0 as should_warn,
            {{ fail_calc }} <> 0
            and (
                select count(*)
                from intermediate.int_control_settings
                where control_id = '{{ control_id }}' and (severity = 'warn' or is_overridden)
            )
            {%- if (model.config.meta or {}).get("escalates") %}
                - case
                    when count(case when failing_rows.blocks then 1 end) > 0
                    then
                        (
                            select count(*)
                            from intermediate.int_control_settings
                            where control_id = '{{ control_id }}' and may_escalate and not is_overridden
                        )
                    else 0
                end
            {%- endif %}
            <= 0 as should_error
        from ({{ main_sql }} {{ "limit " ~ limit if limit is not none }}) as failing_rows
    {%- else -%} {{ dbt.default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) }}
    {%- endif -%}
{%- endmacro %}
