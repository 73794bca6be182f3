{#-
  Rows of a child whose reference names a row that no source delivered. References into an object that no source
  delivers at all are not judged: what a source does not deliver is stated as missing elsewhere.
-#}
{% macro orphans(
    child,
    business_key,
    reference,
    resolved_key,
    parent,
    legal_entity_id="child_rows.legal_entity_id",
    amount="null",
    where="true"
) -%}
    {%- set parent_ids = {
        "int_ar_documents": "doc_id",
        "int_customers": "customer_id",
        "int_legal_entities": "legal_entity_id",
        "int_orders": "order_id",
        "int_products": "product_id",
        "int_receipts": "payment_id",
    } -%}
    select
        '{{ child }}.{{ reference }}' as reference,
        child_rows.source_system,
        child_rows.source_file,
        child_rows.source_line,
        {{ legal_entity_id }} as legal_entity_id,
        child_rows.{{ business_key }} as business_key,
        child_rows.{{ reference }} as missing_parent,
        cast({{ amount }} as decimal(18, 4)) as amount_at_risk
    from {{ ref(child) }} as child_rows
    {%- if not resolved_key %}
        left join {{ ref(parent) }} as parent_rows on child_rows.{{ reference }} = parent_rows.{{ reference }}
    {%- endif %}
    where
        child_rows.{{ reference }} is not null
        and {{ "child_rows." ~ resolved_key if resolved_key else "parent_rows." ~ reference }} is null
        and {{ where }}
        and (
            exists (select 1 from {{ ref(parent) }})
            or exists (select 1 from ({{ deliverers_of(object_of_id(parent_ids[parent])) }}) as registered)
        )
{%- endmacro %}
