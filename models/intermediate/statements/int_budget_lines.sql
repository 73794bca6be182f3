-- What each company planned per month and statement line: of several versions the last by name, of
-- several sources the leading one.
with

    budgets as ({{ union_kinds("budgets") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    versions_ranked as (
        select
            budgets.*,
            row_number() over (
                partition by budgets.legal_entity_id, budgets.period, budgets.statement_line
                order by budgets.version desc, source_groups.source_rank
            ) as version_rank
        from budgets
        inner join source_groups on budgets.source_system = source_groups.source_system
    ),

    versions_in_force as (
        select
            legal_entity_id,
            period,
            statement_line,
            version,
            cast(amount as decimal(18, 4)) as amount,
            {{ lineage() }}
        from versions_ranked
        where version_rank = 1
    )

select *
from versions_in_force
