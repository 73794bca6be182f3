-- The day from which both sides of the bank reconciliation have an item: by the receipt that both
-- name, else by amount on the same day, else by amount within the days that a payment takes, else
-- where a day's items sum to the same on both sides. A document booked and undone never reaches the
-- bank. What lies before the first report of the bank is in its opening balance.
with

    items as (select * from {{ ref("int_bank_items") }}),

    bank_accounts as (select * from {{ ref("int_bank_accounts") }}),

    waiting_items as (
        select item_key, side, bank_account_key, item_date, amount, receipt_key, undo_key
        from items
        where can_wait and amount <> 0
    ),

    settled_by_receipt as (
        {{
            settled_in_pairs(
                "(select * from waiting_items where receipt_key is not null)",
                "bank_account_key, receipt_key, amount",
                "receipt",
            )
        }}
    ),

    left_by_receipt as (
        select item_key, side, bank_account_key, item_date, amount, receipt_key, undo_key
        from waiting_items
        where receipt_key is null
        union all
        select item_key, side, bank_account_key, item_date, amount, receipt_key, undo_key
        from settled_by_receipt
        where settled_on is null
    ),

    settled_by_day as (
        {{ settled_in_pairs("left_by_receipt", "bank_account_key, amount, item_date", "amount of the day") }}
    ),

    left_by_day as (select * from settled_by_day where settled_on is null),

    gaps_measured as (
        select
            *,
            coalesce(
                {{
                    days_between(
                        "lag(item_date) over (partition by bank_account_key, amount order by item_date, item_key)",
                        "item_date",
                    )
                }}
                > {{ limit_of("BK-01", "matching_days") }},
                true
            ) as is_after_gap
        from left_by_day
    ),

    stretches_numbered as (
        select
            *,
            sum(case when is_after_gap then 1 else 0 end) over (
                partition by bank_account_key, amount
                order by item_date, item_key
                rows between unbounded preceding and current row
            ) as stretch
        from gaps_measured
    ),

    levels_run as (
        -- how many items of the books wait for the bank: each step up pairs with the next step down
        select
            *,
            sum(case when side = 'book' then 1 else -1 end) over (
                partition by bank_account_key, amount, stretch
                order by item_date, item_key
                rows between unbounded preceding and current row
            )
            + case when side = 'bank' then 1 else 0 end as wait_level
        from stretches_numbered
    ),

    steps_numbered as (
        select
            *,
            row_number() over (
                partition by bank_account_key, amount, stretch, wait_level order by item_date, item_key
            ) as step
        from levels_run
    ),

    steps_paired as (
        select
            *,
            count(*) over (
                partition by
                    bank_account_key, amount, stretch, wait_level, cast(floor((step + 1) / 2) as bigint)
            ) as sides,
            max(item_date) over (
                partition by
                    bank_account_key, amount, stretch, wait_level, cast(floor((step + 1) / 2) as bigint)
            ) as pair_date
        from steps_numbered
    ),

    settled_by_amount as (
        select
            item_key,
            side,
            bank_account_key,
            item_date,
            amount,
            undo_key,
            case when sides > 1 then pair_date end as settled_on,
            case when sides > 1 then 'amount' end as settled_by
        from steps_paired
    ),

    left_by_amount as (
        select
            *,
            sum(case when side = 'book' then amount else 0 end) over (
                partition by bank_account_key, item_date
            ) as book_sum,
            sum(case when side = 'bank' then amount else 0 end) over (
                partition by bank_account_key, item_date
            ) as bank_sum,
            min(side) over (partition by bank_account_key, item_date) as first_side,
            max(side) over (partition by bank_account_key, item_date) as last_side
        from settled_by_amount
        where settled_on is null
    ),

    settled_by_sum as (
        select
            item_key,
            side,
            bank_account_key,
            item_date,
            amount,
            undo_key,
            case when book_sum = bank_sum and first_side <> last_side then item_date end as settled_on,
            case when book_sum = bank_sum and first_side <> last_side then 'sum of the day' end as settled_by
        from left_by_amount
    ),

    left_by_sum as (
        select
            *,
            sum(amount) over (partition by bank_account_key, side, undo_key) as document_sum,
            max(item_date) over (partition by bank_account_key, side, undo_key) as undone_on
        from settled_by_sum
        where settled_on is null
    ),

    settled_when_undone as (
        select
            item_key,
            case when undo_key is not null and document_sum = 0 then undone_on end as settled_on,
            case when undo_key is not null and document_sum = 0 then 'booked and undone' end as settled_by
        from left_by_sum
    ),

    settlements_unioned as (
        select item_key, settled_on, settled_by
        from settled_by_receipt
        where settled_on is not null
        union all
        select item_key, settled_on, settled_by
        from settled_by_day
        where settled_on is not null
        union all
        select item_key, settled_on, settled_by
        from settled_by_amount
        where settled_on is not null
        union all
        select item_key, settled_on, settled_by
        from settled_by_sum
        where settled_on is not null
        union all
        select item_key, settled_on, settled_by
        from settled_when_undone
        where settled_on is not null
    ),

    items_settled as (
        select
            items.item_key,
            case
                when settlements_unioned.item_key is not null
                then settlements_unioned.settled_on
                when not items.can_wait or items.amount = 0 or items.is_in_opening_balance
                then items.item_date
                when items.side = 'book' and items.item_date < bank_accounts.reported_from
                then items.item_date
            end as settled_on,
            case
                when settlements_unioned.item_key is not null
                then settlements_unioned.settled_by
                when not items.can_wait or items.amount = 0 or items.is_in_opening_balance
                then 'nothing to wait for'
                when items.side = 'book' and items.item_date < bank_accounts.reported_from
                then 'before the first report'
            end as settled_by
        from items
        inner join bank_accounts on items.bank_account_key = bank_accounts.bank_account_key
        left join settlements_unioned on items.item_key = settlements_unioned.item_key
    )

select *
from items_settled
