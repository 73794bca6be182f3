-- What is owed in tax at each report date: the opening balance, output tax of documents less tax on
-- discounts, credit memos and write-offs, and, as booked, what no document in the extracts calls for
-- (input tax, remittances).
with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    expected_postings as (select * from {{ ref("int_expected_postings") }}),

    source_types as (select * from {{ ref("posting_source_types") }}),

    changes_unioned as (
        select legal_entity_id, posting_date, - amount as amount
        from expected_postings
        where role = 'tax'
        union all
        select ledger_lines.legal_entity_id, ledger_lines.posting_date, - ledger_lines.amount as amount
        from ledger_lines
        inner join source_types on ledger_lines.source_type = source_types.source_type
        where ledger_lines.control_of = 'tax' and not source_types.has_expected_side
    ),

    changes_by_date as (
        select legal_entity_id, posting_date, sum(amount) as amount
        from changes_unioned
        group by legal_entity_id, posting_date
    ),

    balances_taken as (
        select
            report_dates.as_of,
            report_dates.legal_entity_id,
            {{ sum_money("changes_by_date.amount") }} as tax_owed
        from report_dates
        left join
            changes_by_date
            on report_dates.legal_entity_id = changes_by_date.legal_entity_id
            and report_dates.as_of >= changes_by_date.posting_date
        group by report_dates.as_of, report_dates.legal_entity_id
    )

select *
from balances_taken
