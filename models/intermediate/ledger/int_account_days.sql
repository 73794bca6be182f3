with

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    days_summed as (
        select
            legal_entity_id,
            account_id,
            account_key,
            posting_date,
            sum(case when amount > 0 then amount else 0 end) as debit,
            sum(case when amount < 0 then - amount else 0 end) as credit
        from ledger_lines
        group by legal_entity_id, account_id, account_key, posting_date
    )

select *
from days_summed
