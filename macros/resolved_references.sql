{#-
  Which row a reference means, seen from each source: the source's own, or, where that source delivers no such object
  at all, the one other source that has the key. No row = an orphan, which control RI-01 names. An object that came
  without rows, or lost them all, is delivered all the same.
-#}
{% macro resolved_references(relation, id, key, owner="source_system") -%}
    select referring.source_system as referring_source, target.{{ id }}, target.{{ key }}
    from {{ ref("int_source_groups") }} as referring
    inner join {{ relation }} as target on referring.{{ owner }} = target.{{ owner }}
    union all
    select referring.source_system as referring_source, target.{{ id }}, min(target.{{ key }}) as {{ key }}
    from {{ ref("int_source_groups") }} as referring
    cross join {{ relation }} as target
    where
        referring.{{ owner }} not in (
            select delivering.{{ owner }}
            from {{ relation }} as delivering
            union all
            select registered.{{ owner }}
            from ({{ deliverers_of(object_of_id(id)) }}) as registered
        )
    group by referring.source_system, target.{{ id }}
    having min(target.{{ key }}) = max(target.{{ key }})
{%- endmacro %}

{#- The object of the standard layout that an id identifies. -#}
{% macro object_of_id(id) -%}
    {%- set objects = {
        "account_id": "chart_of_accounts",
        "customer_id": "customers",
        "doc_id": "invoices",
        "legal_entity_id": "legal_entities",
        "order_id": "orders",
        "payment_id": "payments",
        "product_id": "products",
        "shipment_id": "shipments",
        "write_off_id": "write_offs",
    } -%}
    {{- objects[id] -}}
{%- endmacro %}

{#- The sources, with their groups, of which a file of an object was landed, rows or none. -#}
{% macro deliverers_of(object_name) -%}
    select source_groups.source_system, source_groups.source_group
    from {{ ref("stg_registry__deliveries") }} as deliveries
    inner join
        {{ ref("int_source_groups") }} as source_groups
        on deliveries.source_system = source_groups.source_system
    where deliveries.object = '{{ object_name }}' and deliveries.status = 'landed'
{%- endmacro %}
