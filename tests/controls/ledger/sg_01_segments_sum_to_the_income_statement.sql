{{ config(alias="sg_01", meta={"control_id": "SG-01"}) }}
-- Guards profitability: a posting that reaches two members, or none, makes customers and products
-- look better or worse than the company is. In every dimension the members together must be the
-- income statement, line by line, companies and group alike.
with

    profitability as (select * from {{ ref("rpt_profitability") }}),

    income_statement as (select * from {{ ref("rpt_income_statement") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    report_periods as (select * from {{ ref("int_report_periods") }}),

    dimensions_listed as (
        select 'customer' as dimension
        union all
        select 'customer_segment' as dimension
        union all
        select 'product' as dimension
        union all
        select 'product_segment' as dimension
    ),

    subtotals_paired as (
        select 'net_revenue' as line, 'net_revenue' as total
        union all
        select 'gross_margin' as line, 'gross_profit' as total
    ),

    members_summed as (
        select
            period,
            legal_entity_id,
            dimension,
            coalesce(statement_line, '') as line,
            'line' as line_type,
            sum(amount) as amount
        from profitability
        where line_type = 'line'
        group by period, legal_entity_id, dimension, coalesce(statement_line, '')
        union all
        -- a total of the group is translated on its own and differs from its lines by rounding
        select
            profitability.period,
            profitability.legal_entity_id,
            profitability.dimension,
            subtotals_paired.total as line,
            'subtotal' as line_type,
            sum(profitability.effect_on_result) as amount
        from profitability
        inner join subtotals_paired on profitability.line = subtotals_paired.line
        where profitability.legal_entity_id <> '*'
        group by
            profitability.period,
            profitability.legal_entity_id,
            profitability.dimension,
            subtotals_paired.total
    ),

    statement_lines as (
        select
            income_statement.period,
            income_statement.legal_entity_id,
            dimensions_listed.dimension,
            coalesce(income_statement.line, '') as line,
            income_statement.line_type,
            income_statement.amount
        from income_statement
        cross join dimensions_listed
        where
            income_statement.line_type = 'line'
            or (
                income_statement.legal_entity_id <> '*'
                and income_statement.line in ('net_revenue', 'gross_profit')
                and income_statement.amount <> 0
            )
    ),

    periods_dated as (select period, max(last_date) as last_date from report_periods group by period),

    sides_compared as (
        select
            coalesce(members_summed.period, statement_lines.period) as period,
            coalesce(members_summed.legal_entity_id, statement_lines.legal_entity_id) as legal_entity_id,
            coalesce(members_summed.dimension, statement_lines.dimension) as dimension,
            coalesce(members_summed.line, statement_lines.line) as line,
            coalesce(members_summed.line_type, statement_lines.line_type) as line_type,
            members_summed.amount as members_amount,
            statement_lines.amount as statement_amount
        from members_summed
        full outer join
            statement_lines
            on members_summed.period = statement_lines.period
            and members_summed.legal_entity_id = statement_lines.legal_entity_id
            and members_summed.dimension = statement_lines.dimension
            and members_summed.line = statement_lines.line
            and members_summed.line_type = statement_lines.line_type
    ),

    failing_rows as (
        select
            'SG-01' as control_id,
            coalesce(periods_dated.last_date, as_of.as_of) as as_of,
            sides_compared.legal_entity_id,
            sides_compared.legal_entity_id
            || ' in '
            || sides_compared.period
            || ' by '
            || sides_compared.dimension
            || ': '
            || sides_compared.line as business_key,
            cast(
                abs(
                    coalesce(sides_compared.members_amount, 0) - coalesce(sides_compared.statement_amount, 0)
                ) as decimal(18, 4)
            ) as amount_at_risk,
            cast(sides_compared.statement_amount as string) as expected,
            cast(sides_compared.members_amount as string) as actual,
            cast(
                sides_compared.members_amount - sides_compared.statement_amount as decimal(18, 4)
            ) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            sides_compared.period,
            sides_compared.dimension,
            sides_compared.line,
            sides_compared.line_type
        from sides_compared
        cross join as_of
        left join periods_dated on sides_compared.period = periods_dated.period
        where
            sides_compared.members_amount is distinct from sides_compared.statement_amount
            and (
                sides_compared.members_amount is null
                or sides_compared.statement_amount is null
                or abs(sides_compared.members_amount - sides_compared.statement_amount)
                > {{ tolerance_of("SG-01") }}
            )
            and (
                sides_compared.line_type = 'line'
                or coalesce(sides_compared.members_amount, 0) <> coalesce(sides_compared.statement_amount, 0)
            )
    )

select *
from failing_rows
