{#-
  Which row a reference means, seen from each source: the source's own, or, where that source delivers no such object
  at all, the one other source that has the key. No row = an orphan, which control RI-01 names.
-#}
{% macro resolved_references(relation, id, key, owner="source_system") -%}
    select referring.source_system as referring_source, target.{{ id }}, target.{{ key }}
    from {{ ref("int_source_groups") }} as referring
    inner join {{ relation }} as target on referring.{{ owner }} = target.{{ owner }}
    union all
    select referring.source_system as referring_source, target.{{ id }}, min(target.{{ key }}) as {{ key }}
    from {{ ref("int_source_groups") }} as referring
    cross join {{ relation }} as target
    where referring.{{ owner }} not in (select delivering.{{ owner }} from {{ relation }} as delivering)
    group by referring.source_system, target.{{ id }}
    having count(distinct target.{{ key }}) = 1
{%- endmacro %}
