-- Revenue as booked for deliveries and billing documents, per journal. Discounts are no revenue.
with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    revenue_lines as (
        select journal_lines.*
        from journal_lines
        cross join as_of
        inner join judged_ledgers on journal_lines.legal_entity_id = judged_ledgers.legal_entity_id
        inner join accounts on journal_lines.account_key = accounts.account_key
        where
            accounts.account_type = 'revenue'
            and coalesce(accounts.control_of, '') <> 'discount'
            and journal_lines.source_type in ('shipment', 'invoice')
            and journal_lines.posting_date <= as_of.as_of
    ),

    journals_summed as (
        select
            legal_entity_id,
            source_type,
            source_doc_id,
            journal_key,
            max(journal_id) as journal_id,
            posting_date,
            period,
            {{ sum_money("- amount") }} as revenue,
            min(account_id) as account_id,
            max(source_system) as source_system,
            min(source_file) as source_file,
            min(source_line) as source_line
        from revenue_lines
        group by legal_entity_id, source_type, source_doc_id, journal_key, posting_date, period
    )

select *
from journals_summed
