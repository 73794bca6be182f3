{{ config(alias="gl_05", meta={"control_id": "GL-05"}) }}
-- Guards the mapping: a line on an account that the chart does not have falls out of every
-- statement.
with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    failing_rows as (
        select
            'GL-05' as control_id,
            journal_lines.posting_date as as_of,
            journal_lines.legal_entity_id,
            journal_lines.journal_id || ' / ' || journal_lines.line_no as business_key,
            abs(journal_lines.amount) as amount_at_risk,
            'an account of the chart' as expected,
            journal_lines.account_id as actual,
            journal_lines.amount as difference,
            journal_lines.source_system,
            journal_lines.source_file,
            journal_lines.source_line,
            journal_lines.account_id as offending_value
        from journal_lines
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        where
            journal_lines.account_key is null
            and legal_entities.ledger = 'booked'
            and exists (select 1 from accounts)
        union all
        select
            'GL-05' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            accounts.account_id as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'a statement line and a cash-flow class' as expected,
            coalesce(accounts.statement_line, 'no statement line')
            || ', '
            || coalesce(accounts.cash_flow_class, 'no cash-flow class') as actual,
            cast(null as decimal(18, 4)) as difference,
            accounts.source_system,
            accounts.source_file,
            accounts.source_line,
            accounts.account_id as offending_value
        from accounts
        where accounts.statement_line is null or accounts.cash_flow_class is null
    )

select *
from failing_rows
