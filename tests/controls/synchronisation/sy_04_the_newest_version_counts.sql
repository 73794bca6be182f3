{{ config(alias="sy_04", meta={"control_id": "SY-04"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- depends_on: {{ ref("stg_registry__deliveries") }}
-- Guards our own choice of versions: a late older row must not overwrite a newer one. Every row that
-- counts is looked up in raw, and its key's versions are ranked there anew. Versions that claim a key
-- with equal right are the finding of RI-02.
with

    versions as ({{ contested_versions() }}),

    rows_that_count as (
        {%- for entity in [
            "legal_entities",
            "accounts",
            "customers",
            "products",
            "orders",
            "order_lines",
            "shipments",
            "ar_documents",
            "ar_document_lines",
            "receipts",
            "applications",
            "refunds",
            "write_offs",
            "disputes",
            "fx_rates",
            "journal_lines",
            "bank_statement_lines",
        ] %}
            select 'int_{{ entity }}' as table_name, batch_id, source_line
            from {{ ref("int_" ~ entity) }}
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    as_of as (select * from {{ ref("int_as_of") }}),

    failing_rows as (
        select
            'SY-04' as control_id,
            as_of.as_of,
            cast(null as string) as legal_entity_id,
            versions.business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'the version of ' || cast(
                coalesce(versions.greatest_changed_at, versions.greatest_extracted_at) as string
            ) as expected,
            'the version of '
            || cast(coalesce(versions.changed_at, versions.extracted_at) as string) as actual,
            cast(null as decimal(18, 4)) as difference,
            versions.source_system,
            versions.source_file,
            versions.source_line,
            rows_that_count.table_name,
            versions.changed_at,
            versions.extracted_at,
            versions.greatest_changed_at,
            versions.greatest_extracted_at
        from versions
        inner join
            rows_that_count
            on versions.batch_id = rows_that_count.batch_id
            and versions.source_line = rows_that_count.source_line
        cross join as_of
        where versions.version_rank > 1
    )

select *
from failing_rows
