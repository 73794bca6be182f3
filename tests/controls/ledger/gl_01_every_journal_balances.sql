{{ config(alias="gl_01", meta={"control_id": "GL-01"}) }}
-- Guards the ledger as delivered: a line lost or changed leaves its journal out of balance, in
-- functional currency or in the currency of the transaction.
with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    -- where the lines stand is looked up for the journals that fail only, which halves the time
    journals_out_of_balance as (
        select journal_key, legal_entity_id, 'functional' as measured_in, sum(amount) as balance
        from journal_lines
        group by journal_key, legal_entity_id
        having abs(sum(amount)) > {{ tolerance_of("GL-01") }}
        union all
        select journal_key, legal_entity_id, currency as measured_in, sum(amount_transaction) as balance
        from journal_lines
        where currency is not null
        group by journal_key, legal_entity_id, currency
        having
            count(*) = count(amount_transaction)
            and abs(sum(amount_transaction)) > {{ tolerance_of("GL-01") }}
    ),

    journals_found as (
        select
            journals_out_of_balance.journal_key,
            journals_out_of_balance.legal_entity_id,
            journals_out_of_balance.measured_in,
            journals_out_of_balance.balance,
            max(journal_lines.journal_id) as journal_id,
            max(journal_lines.posting_date) as posting_date,
            max(journal_lines.source_system) as source_system,
            min(journal_lines.source_file) as source_file,
            min(journal_lines.source_line) as source_line
        from journals_out_of_balance
        inner join legal_entities on journals_out_of_balance.legal_entity_id = legal_entities.legal_entity_id
        inner join
            journal_lines
            on journals_out_of_balance.journal_key = journal_lines.journal_key
            and journals_out_of_balance.legal_entity_id = journal_lines.legal_entity_id
            and journals_out_of_balance.measured_in in ('functional', journal_lines.currency)
        where legal_entities.ledger = 'booked'
        group by
            journals_out_of_balance.journal_key,
            journals_out_of_balance.legal_entity_id,
            journals_out_of_balance.measured_in,
            journals_out_of_balance.balance
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
        from journals_found
    )

select *
from failing_rows
