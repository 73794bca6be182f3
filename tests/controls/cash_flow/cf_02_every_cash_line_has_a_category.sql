{{ config(alias="cf_02", meta={"control_id": "CF-02"}) }}
-- Guards the direct cash flow statement: cash whose journal has no line in it is in no line at
-- all. A journal all of whose lines are on cash accounts is a transfer and needs none.
with

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    accounts as (select * from {{ ref("int_statement_accounts") }}),

    source_types as (select * from {{ ref("posting_source_types") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    cash_accounts as (select * from accounts where cash_flow_class = 'cash'),

    journals_in_question as (
        -- a type with a section and a line of its own has its category
        select distinct journal_lines.legal_entity_id, journal_lines.journal_key
        from journal_lines
        cross join as_of
        inner join judged_ledgers on journal_lines.legal_entity_id = judged_ledgers.legal_entity_id
        inner join
            cash_accounts
            on journal_lines.legal_entity_id = cash_accounts.legal_entity_id
            and journal_lines.account_id = cash_accounts.account_id
            and journal_lines.account_key is not distinct from cash_accounts.account_key
        where
            journal_lines.source_type <> 'opening'
            and journal_lines.source_type not in (
                select categorised.source_type
                from source_types as categorised
                where categorised.cash_flow_line is not null
            )
            and journal_lines.posting_date <= as_of.as_of
    ),

    lines_classed as (
        select
            journal_lines.*,
            coalesce(accounts.cash_flow_class = 'cash', false) as is_cash,
            source_types.cash_flow_section is null as is_type_without_section,
            -- a type without a line of its own takes that of the other side
            accounts.statement_line is null as has_no_line
        from journals_in_question
        inner join
            journal_lines
            on journals_in_question.legal_entity_id = journal_lines.legal_entity_id
            and journals_in_question.journal_key = journal_lines.journal_key
        left join
            accounts
            on journal_lines.legal_entity_id = accounts.legal_entity_id
            and journal_lines.account_id = accounts.account_id
            and journal_lines.account_key is not distinct from accounts.account_key
        left join source_types on journal_lines.source_type = source_types.source_type
    ),

    journals_summed as (
        select
            journal_key,
            legal_entity_id,
            max(journal_id) as journal_id,
            max(source_type) as source_type,
            max(source_doc_id) as source_doc_id,
            max(posting_date) as posting_date,
            max(period) as period,
            max(description) as description,
            max(created_by) as created_by,
            min(case when is_cash then account_id end) as account_id,
            sum(case when is_cash then amount else 0 end) as cash,
            max(source_system) as source_system,
            min(source_file) as source_file,
            min(source_line) as source_line
        from lines_classed
        group by journal_key, legal_entity_id
        having
            bool_or(not is_cash)
            and (bool_or(is_type_without_section) or bool_or(has_no_line and not is_cash))
    ),

    failing_rows as (
        select
            'CF-02' as control_id,
            posting_date as as_of,
            legal_entity_id,
            journal_id as business_key,
            cast(abs(cash) as decimal(18, 4)) as amount_at_risk,
            'a line of the direct cash flow statement' as expected,
            'none for source type ' || source_type as actual,
            cast(cash as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            source_type,
            source_doc_id,
            account_id,
            description,
            created_by,
            period
        from journals_summed
    )

select *
from failing_rows
