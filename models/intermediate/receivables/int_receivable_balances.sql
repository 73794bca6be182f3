-- What a document has open over time: one row from each date on which its rest changes until the day
-- before the next.
with

    movements as (select * from {{ ref("int_receivable_movements") }}),

    changes_by_date as (
        select
            document_key,
            legal_entity_id,
            receivable_role,
            effective_date as valid_from,
            sum(amount) as amount_change,
            sum(functional_change) as functional_change
        from movements
        group by document_key, legal_entity_id, receivable_role, effective_date
    ),

    balances_run as (
        select
            document_key,
            legal_entity_id,
            receivable_role,
            valid_from,
            coalesce(
                lead(valid_from) over (partition by document_key order by valid_from), date '9999-12-31'
            ) as valid_before,
            cast(
                sum(amount_change) over (
                    partition by document_key
                    order by valid_from
                    rows between unbounded preceding and current row
                ) as decimal(18, 4)
            ) as open_amount,
            cast(
                sum(functional_change) over (
                    partition by document_key
                    order by valid_from
                    rows between unbounded preceding and current row
                ) as decimal(18, 4)
            ) as open_amount_functional
        from changes_by_date
    ),

    open_balances as (select * from balances_run where open_amount <> 0)

select *
from open_balances
