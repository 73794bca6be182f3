{#-
  Relations are named schema.table, without the catalog: the build file is copied to the published file,
  whose catalog has another name, and views and table macros must keep working there.
-#}
{% macro ref() -%} {{ return(builtins.ref(*varargs, **kwargs).include(database=false)) }} {%- endmacro %}

{% macro source() -%} {{ return(builtins.source(*varargs).include(database=false)) }} {%- endmacro %}
