{{ config(alias="gl_02", meta={"control_id": "GL-02"}) }}
-- Guards the trial balance itself: debits equal credits at every report date, so that every
-- statement drawn from it can balance.
with

    trial_balance as (select * from {{ ref("rpt_trial_balance") }}),

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
            cast(residual as decimal(18, 4)) as residual
        from balances_summed
        where abs(balance) > {{ tolerance_of("GL-02") }} or worst_residual > 0
    )

select *
from failing_rows
