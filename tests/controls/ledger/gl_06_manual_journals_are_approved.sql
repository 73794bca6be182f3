{{ config(alias="gl_06", meta={"control_id": "GL-06"}) }}
-- Guards revenue, receivables and cash against what one person can enter alone. A source that
-- never says who approved a journal is not judged.
with

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    sources_with_approvals as (
        select distinct source_system from journal_lines where approved_by is not null
    ),

    manual_lines as (
        select
            journal_lines.*,
            coalesce(
                accounts.account_type = 'revenue'
                or accounts.control_of = 'ar'
                or accounts.cash_flow_class = 'cash',
                false
            ) as is_sensitive
        from journal_lines
        cross join as_of
        inner join judged_ledgers on journal_lines.legal_entity_id = judged_ledgers.legal_entity_id
        inner join
            sources_with_approvals on journal_lines.source_system = sources_with_approvals.source_system
        left join accounts on journal_lines.account_key = accounts.account_key
        where journal_lines.source_type = 'manual' and journal_lines.posting_date <= as_of.as_of
    ),

    journals_summed as (
        select
            journal_key,
            legal_entity_id,
            max(journal_id) as journal_id,
            max(posting_date) as posting_date,
            max(period) as period,
            max(source_doc_id) as source_doc_id,
            min(case when is_sensitive then account_id end) as account_id,
            max(description) as description,
            max(created_by) as created_by,
            max(approved_by) as approved_by,
            bool_or(approved_by is null or coalesce(approved_by = created_by, false)) as lacks_second_person,
            sum(case when amount > 0 then amount else 0 end) as debits,
            sum(case when amount < 0 then - amount else 0 end) as credits,
            max(source_system) as source_system,
            min(source_file) as source_file,
            min(source_line) as source_line
        from manual_lines
        group by journal_key, legal_entity_id
        having bool_or(is_sensitive)
    ),

    failing_rows as (
        select
            'GL-06' as control_id,
            posting_date as as_of,
            legal_entity_id,
            journal_id as business_key,
            cast(greatest(debits, credits) as decimal(18, 4)) as amount_at_risk,
            'approved by someone other than ' || coalesce(created_by, 'who entered it') as expected,
            coalesce('approved by ' || approved_by, 'not approved') as actual,
            cast(null as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            created_by,
            approved_by,
            description,
            source_doc_id,
            account_id,
            period
        from journals_summed
        where lacks_second_person
    )

select *
from failing_rows
