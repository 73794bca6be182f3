{{ config(alias="gl_01", meta={"control_id": "GL-01"}) }}
-- Guards the ledger as delivered: a line lost or changed leaves its journal out of balance, in
-- functional currency or in the currency of the transaction.
with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    booked_lines as (
        select journal_lines.*
        from journal_lines
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger = 'booked'
    ),

    balances_taken as (
        select
            journal_key,
            legal_entity_id,
            'functional' as measured_in,
            max(journal_id) as journal_id,
            max(posting_date) as posting_date,
            max(source_system) as source_system,
            min(source_file) as source_file,
            min(source_line) as source_line,
            sum(amount) as balance
        from booked_lines
        group by journal_key, legal_entity_id
        union all
        select
            journal_key,
            legal_entity_id,
            currency as measured_in,
            max(journal_id) as journal_id,
            max(posting_date) as posting_date,
            max(source_system) as source_system,
            min(source_file) as source_file,
            min(source_line) as source_line,
            sum(amount_transaction) as balance
        from booked_lines
        where currency is not null
        group by journal_key, legal_entity_id, currency
        having count(*) = count(amount_transaction)
    ),

    failing_rows as (
        select
            'GL-01' as control_id,
            posting_date as as_of,
            legal_entity_id,
            journal_id as business_key,
            cast(
                case when measured_in = 'functional' then abs(balance) end as decimal(18, 4)
            ) as amount_at_risk,
            '0' as expected,
            cast(balance as string) as actual,
            cast(balance as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            measured_in
        from balances_taken
        where abs(balance) > {{ tolerance_of("GL-01") }}
    )

select *
from failing_rows
