-- What a receipt has unapplied over time: one row from each date on which its rest changes until the
-- day before the next.
with

    movements as (select * from {{ ref("int_receipt_movements") }}),

    changes_by_date as (
        select
            receipt_key,
            legal_entity_id,
            effective_date as valid_from,
            sum(amount) as amount_change,
            sum(functional_change) as functional_change
        from movements
        group by receipt_key, legal_entity_id, effective_date
    ),

    balances_run as (
        select
            receipt_key,
            legal_entity_id,
            valid_from,
            coalesce(
                lead(valid_from) over (partition by receipt_key order by valid_from), date '9999-12-31'
            ) as valid_before,
            cast(
                sum(amount_change) over (
                    partition by receipt_key
                    order by valid_from
                    rows between unbounded preceding and current row
                ) as decimal(18, 4)
            ) as unapplied_amount,
            cast(
                sum(functional_change) over (
                    partition by receipt_key
                    order by valid_from
                    rows between unbounded preceding and current row
                ) as decimal(18, 4)
            ) as unapplied_functional
        from changes_by_date
    ),

    unapplied_balances as (select * from balances_run where unapplied_amount <> 0)

select *
from unapplied_balances
