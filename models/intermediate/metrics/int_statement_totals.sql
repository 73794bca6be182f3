-- The totals of the statements that metrics divide, per report period, for companies and the group.
-- A company that delivers control accounts only has none, and the group then has none either.
with

    income_statement as (select * from {{ ref("rpt_income_statement") }}),

    cash_flow as (select * from {{ ref("rpt_cash_flow") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    entities_without_statements as (
        select legal_entity_id
        from legal_entities
        where ledger = 'partial'
        union all
        select distinct '*' as legal_entity_id
        from legal_entities
        where ledger = 'partial'
    ),

    totals_unioned as (
        select period, legal_entity_id, line, amount
        from income_statement
        where line_type = 'subtotal' and line in ('net_revenue', 'net_income')
        union all
        select period, legal_entity_id, line, amount
        from cash_flow
        where method = 'direct' and section = 'total' and line = 'operating_cash_flow'
    ),

    totals_pivoted as (
        select
            period,
            legal_entity_id,
            max(case when line = 'net_revenue' then amount end) as net_revenue,
            max(case when line = 'net_income' then amount end) as net_income,
            max(case when line = 'operating_cash_flow' then amount end) as operating_cash_flow
        from totals_unioned
        where
            legal_entity_id not in (
                select without_statements.legal_entity_id
                from entities_without_statements as without_statements
            )
        group by period, legal_entity_id
    )

select *
from totals_pivoted
