-- Subledger and ledger side by side, in the account's natural sign; control SL-01 and SL-02 judge
-- the difference. Where the chart has no account for unapplied cash, receipts stand on receivables
-- from the day they are posted.
with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    unapplied_cash as (select * from {{ ref("rpt_unapplied_cash") }}),

    receivable_revaluations as (select * from {{ ref("int_receivable_revaluations") }}),

    contract_balances as (select * from {{ ref("int_contract_balances") }}),

    tax_balances as (select * from {{ ref("int_tax_balances") }}),

    ledger_balances as (select * from {{ ref("int_control_account_balances") }}),

    open_items_summed as (
        select as_of, legal_entity_id, sum(open_amount_functional) as amount
        from open_items
        group by as_of, legal_entity_id
    ),

    unapplied_cash_summed as (
        select as_of, legal_entity_id, sum(unapplied_functional) as amount
        from unapplied_cash
        group by as_of, legal_entity_id
    ),

    unapplied_accounts_found as (
        select distinct legal_entity_id from ledger_balances where control_account = 'unapplied'
    ),

    subledgers_unioned as (
        select
            report_dates.as_of,
            report_dates.legal_entity_id,
            'ar' as control_account,
            coalesce(open_items_summed.amount, 0) - case
                when unapplied_accounts_found.legal_entity_id is null
                then coalesce(unapplied_cash_summed.amount, 0)
                else 0
            end as subledger
        from report_dates
        left join
            open_items_summed
            on report_dates.as_of = open_items_summed.as_of
            and report_dates.legal_entity_id = open_items_summed.legal_entity_id
        left join
            unapplied_cash_summed
            on report_dates.as_of = unapplied_cash_summed.as_of
            and report_dates.legal_entity_id = unapplied_cash_summed.legal_entity_id
        left join
            unapplied_accounts_found
            on report_dates.legal_entity_id = unapplied_accounts_found.legal_entity_id
        union all
        select
            report_dates.as_of,
            report_dates.legal_entity_id,
            'unapplied' as control_account,
            coalesce(unapplied_cash_summed.amount, 0) as subledger
        from report_dates
        left join
            unapplied_cash_summed
            on report_dates.as_of = unapplied_cash_summed.as_of
            and report_dates.legal_entity_id = unapplied_cash_summed.legal_entity_id
        union all
        -- revaluation is reversed on the next day, so it stands at month ends only
        select
            report_dates.as_of,
            report_dates.legal_entity_id,
            'ar_fx' as control_account,
            case
                when report_dates.is_month_end then coalesce(receivable_revaluations.amount, 0) else 0
            end as subledger
        from report_dates
        left join
            receivable_revaluations
            on report_dates.as_of = receivable_revaluations.as_of
            and report_dates.legal_entity_id = receivable_revaluations.legal_entity_id
        union all
        select as_of, legal_entity_id, 'unbilled' as control_account, unbilled as subledger
        from contract_balances
        union all
        select as_of, legal_entity_id, 'deferred' as control_account, deferred as subledger
        from contract_balances
        union all
        select as_of, legal_entity_id, 'tax' as control_account, tax_owed as subledger
        from tax_balances
    ),

    ledger_in_natural_sign as (
        select
            as_of,
            legal_entity_id,
            control_account,
            case
                when control_account in ('unapplied', 'deferred', 'tax') then - balance else balance
            end as gl_balance
        from ledger_balances
        where control_account in ('ar', 'ar_fx', 'unapplied', 'unbilled', 'deferred', 'tax')
    ),

    tie_outs_drawn as (
        select
            subledgers_unioned.as_of,
            subledgers_unioned.legal_entity_id,
            subledgers_unioned.control_account,
            cast(subledgers_unioned.subledger as decimal(18, 4)) as subledger,
            cast(ledger_in_natural_sign.gl_balance as decimal(18, 4)) as gl_balance,
            cast(
                subledgers_unioned.subledger - ledger_in_natural_sign.gl_balance as decimal(18, 4)
            ) as difference
        from subledgers_unioned
        inner join
            ledger_in_natural_sign
            on subledgers_unioned.as_of = ledger_in_natural_sign.as_of
            and subledgers_unioned.legal_entity_id = ledger_in_natural_sign.legal_entity_id
            and subledgers_unioned.control_account = ledger_in_natural_sign.control_account
    )

select *
from tie_outs_drawn
