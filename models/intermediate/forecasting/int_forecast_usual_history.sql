-- How long invoices take as each origin knows it, without what slow months added.
with

    history as (select * from {{ ref("int_forecast_history") }}),

    slow_months as (select * from {{ ref("int_forecast_slow_months") }}),

    positions_corrected as (
        select
            history.origin_date,
            history.document_key,
            history.payer_key,
            history.segment,
            history.is_paid,
            history.is_disputed,
            history.is_discount_taken,
            history.discount_until,
            history.weight,
            history.share_of_days,
            history.position - coalesce(slow_months.later_days, 0) as position
        from history
        left join
            slow_months
            on history.origin_date = slow_months.origin_date
            and {{ months_due_before("history.due_date", "history.origin_date") }} = slow_months.months_before
            and not history.is_discount_taken
    )

select *
from positions_corrected
