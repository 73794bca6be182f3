-- All that the documents call for, united once, each on its account: the one named by the rule
-- (bank, a product's revenue), else the one that the booked journal of that document uses in the
-- role, else the entity's account of that role.
with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    role_accounts as (select * from {{ ref("int_role_accounts") }}),

    month_end_types as (select source_type from {{ ref("posting_source_types") }} where is_month_end),

    postings_unioned as (
        select *
        from {{ ref("int_postings_of_shipments") }}
        union all
        select *
        from {{ ref("int_postings_of_invoices") }}
        union all
        select *
        from {{ ref("int_postings_of_credit_memos") }}
        union all
        select *
        from {{ ref("int_postings_of_receipts") }}
        union all
        select *
        from {{ ref("int_postings_of_applications") }}
        union all
        select *
        from {{ ref("int_postings_of_refunds") }}
        union all
        select *
        from {{ ref("int_postings_of_write_offs") }}
        union all
        select *
        from {{ ref("int_postings_at_month_end") }}
        union all
        select *
        from {{ ref("int_postings_of_allowance") }}
        union all
        select *
        from {{ ref("int_postings_of_cash_revaluation") }}
    ),

    accounts_booked as (
        select
            journal_lines.legal_entity_id,
            journal_lines.source_type,
            case
                when month_end_types.source_type is not null
                then journal_lines.source_type || '-' || journal_lines.period
                else journal_lines.source_doc_id
            end as source_doc_id,
            journal_lines.control_of,
            min(journal_lines.account_id) as account_id
        from journal_lines
        left join month_end_types on journal_lines.source_type = month_end_types.source_type
        where journal_lines.control_of is not null
        group by
            journal_lines.legal_entity_id,
            journal_lines.source_type,
            case
                when month_end_types.source_type is not null
                then journal_lines.source_type || '-' || journal_lines.period
                else journal_lines.source_doc_id
            end,
            journal_lines.control_of
    ),

    accounts_found as (
        select
            postings_unioned.rule_id,
            postings_unioned.source_system,
            postings_unioned.source_type,
            postings_unioned.source_doc_id,
            postings_unioned.legal_entity_id,
            postings_unioned.role,
            coalesce(
                postings_unioned.account_id, accounts_booked.account_id, role_accounts.account_id
            ) as account_id,
            postings_unioned.account_id is null
            and accounts_booked.account_id is null
            and coalesce(role_accounts.is_assumed, true) as is_account_assumed,
            postings_unioned.amount,
            postings_unioned.posting_date,
            {{ period_of("postings_unioned.posting_date") }} as period
        from postings_unioned
        left join
            accounts_booked
            on postings_unioned.legal_entity_id = accounts_booked.legal_entity_id
            and postings_unioned.source_type = accounts_booked.source_type
            and postings_unioned.source_doc_id = accounts_booked.source_doc_id
            and postings_unioned.role = accounts_booked.control_of
        left join
            role_accounts
            on postings_unioned.legal_entity_id = role_accounts.legal_entity_id
            and postings_unioned.role = role_accounts.control_of
    ),

    postings_numbered as (
        select
            *,
            row_number() over (
                partition by legal_entity_id, source_system, source_type, source_doc_id
                order by posting_date, rule_id, role, account_id, amount
            ) as seq
        from accounts_found
        where amount <> 0
    )

select *
from postings_numbered
