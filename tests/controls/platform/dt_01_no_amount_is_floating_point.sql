{{ config(alias="dt_01", meta={"control_id": "DT-01"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- depends_on: {{ ref("rpt_ar_aging") }}
-- Guards the cent: a floating-point column loses it without a sign. Ratios and days may be one: what
-- is named so, and `value`, which holds nothing else.
with

    mart_columns as ({{ columns_of_schema("marts") }}),

    failing_rows as (
        select
            'DT-01' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            table_name || '.' || column_name as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'decimal' as expected,
            data_type as actual,
            cast(null as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            data_type as offending_value
        from mart_columns
        where
            upper(data_type) in ('DOUBLE', 'FLOAT', 'REAL')
            and column_name <> 'value'
            and column_name not like '%_ratio'
            and column_name not like '%_share'
            and column_name not like 'days_%'
    )

select *
from failing_rows
