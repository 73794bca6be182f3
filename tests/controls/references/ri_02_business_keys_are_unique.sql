{{ config(alias="ri_02", meta={"control_id": "RI-02"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- depends_on: {{ ref("stg_registry__deliveries") }}
-- Guards the choice of the current version: where two different rows claim a key with equal right,
-- any choice is a guess. Both are named.
with

    undecided as ({{ undecided_rows() }}),

    newest_claims as (
        select
            *,
            rank() over (
                partition by table_name, source_system, business_key
                order by updated_at desc nulls last, extracted_at desc, is_superseded
            ) as claim_rank
        from undecided
    ),

    contradicting_claims as (
        select
            newest_claims.*,
            min(row_hash) over (partition by table_name, source_system, business_key)
            <> max(row_hash) over (partition by table_name, source_system, business_key) as is_contradicted
        from newest_claims
        where claim_rank = 1
    ),

    contradicting_currencies as (
        select
            legal_entities.*,
            min(functional_currency) over (partition by legal_entity_id)
            <> max(functional_currency) over (partition by legal_entity_id) as is_contradicted
        from ({{ union_kinds("legal_entities") }}) as legal_entities
    ),

    failing_rows as (
        select
            'RI-02' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'one row' as expected,
            'another row with other cells' as actual,
            cast(null as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            table_name,
            business_key as offending_value
        from contradicting_claims
        where is_contradicted
        union all
        select
            'RI-02' as control_id,
            cast(null as date) as as_of,
            legal_entity_id,
            legal_entity_id as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'one functional currency' as expected,
            functional_currency as actual,
            cast(null as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            'legal_entities' as table_name,
            functional_currency as offending_value
        from contradicting_currencies
        where is_contradicted
    )

select *
from failing_rows
