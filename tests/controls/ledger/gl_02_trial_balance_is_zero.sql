{{ config(alias="gl_02", meta={"control_id": "GL-02"}) }}
-- Guards the trial balance and the balance sheet drawn from it: debits equal credits and assets
-- equal liabilities and equity at every report date. An account that no chart describes falls out
-- of the sheet. The group's sheet is judged where those of all its companies balance, so that one
-- break is not counted twice.
with

    trial_balance as (select * from {{ ref("rpt_trial_balance") }}),

    balance_sheet as (select * from {{ ref("rpt_balance_sheet") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    balances_summed as (
        select
            trial_balance.as_of,
            trial_balance.legal_entity_id,
            sum(trial_balance.closing_balance) as balance,
            sum(
                trial_balance.opening_balance
                + trial_balance.debit
                - trial_balance.credit
                - trial_balance.closing_balance
            ) as residual,
            max(
                abs(
                    trial_balance.opening_balance
                    + trial_balance.debit
                    - trial_balance.credit
                    - trial_balance.closing_balance
                )
            ) as worst_residual
        from trial_balance
        inner join legal_entities on trial_balance.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger = 'booked'
        group by trial_balance.as_of, trial_balance.legal_entity_id
    ),

    sheets_summed as (
        select
            as_of,
            legal_entity_id,
            sum(case when section = 'asset' then amount else 0 end) as assets,
            sum(case when section = 'asset' then 0 else amount end) as liabilities_and_equity
        from balance_sheet
        group by as_of, legal_entity_id
    ),

    dates_of_booked_companies_in_balance as (
        select sheets_summed.as_of
        from sheets_summed
        inner join legal_entities on sheets_summed.legal_entity_id = legal_entities.legal_entity_id
        group by sheets_summed.as_of
        having
            bool_and(legal_entities.ledger = 'booked')
            and bool_and(sheets_summed.assets = sheets_summed.liabilities_and_equity)
    ),

    sheets_judged as (
        select sheets_summed.*
        from sheets_summed
        inner join legal_entities on sheets_summed.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger = 'booked'
        union all
        select sheets_summed.*
        from sheets_summed
        inner join
            dates_of_booked_companies_in_balance
            on sheets_summed.as_of = dates_of_booked_companies_in_balance.as_of
        where sheets_summed.legal_entity_id = '*'
    ),

    failing_rows as (
        select
            'GL-02' as control_id,
            as_of,
            legal_entity_id,
            legal_entity_id || ' at ' || cast(as_of as string) as business_key,
            cast(greatest(abs(balance), worst_residual) as decimal(18, 4)) as amount_at_risk,
            '0' as expected,
            cast(balance as string) as actual,
            cast(balance as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            'trial balance' as report,
            cast(residual as decimal(18, 4)) as residual
        from balances_summed
        where abs(balance) > {{ tolerance_of("GL-02") }} or worst_residual > 0
        union all
        select
            'GL-02' as control_id,
            as_of,
            legal_entity_id,
            legal_entity_id || ' at ' || cast(as_of as string) as business_key,
            cast(abs(assets - liabilities_and_equity) as decimal(18, 4)) as amount_at_risk,
            cast(liabilities_and_equity as string) as expected,
            cast(assets as string) as actual,
            cast(assets - liabilities_and_equity as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            'balance sheet' as report,
            cast(null as decimal(18, 4)) as residual
        from sheets_judged
        where abs(assets - liabilities_and_equity) > {{ tolerance_of("GL-02") }}
    )

select *
from failing_rows
