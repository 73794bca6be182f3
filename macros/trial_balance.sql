{#-
  Balances per account at each of the dates in a relation (legal_entity_id, as_of, month_start_date): opening at the
  start of the month, the month's debits and credits so far, closing. An account stands from the month in which
  something was first posted to it. One text serves the report of month ends and the table macro for any date.
-#}
{% macro trial_balance(dates) -%}
    select
        report_dates.as_of,
        report_dates.legal_entity_id,
        account_days.account_id,
        account_days.account_key,
        {{
            sum_money(
                "case when account_days.posting_date < report_dates.month_start_date then account_days.debit - account_days.credit end"
            )
        }}
        as opening_balance,
        {{
            sum_money(
                "case when account_days.posting_date >= report_dates.month_start_date then account_days.debit end"
            )
        }}
        as debit,
        {{
            sum_money(
                "case when account_days.posting_date >= report_dates.month_start_date then account_days.credit end"
            )
        }}
        as credit,
        {{ sum_money("account_days.debit - account_days.credit") }} as closing_balance
    from {{ dates }} as report_dates
    inner join
        {{ ref("int_account_days") }} as account_days
        on report_dates.legal_entity_id = account_days.legal_entity_id
        and report_dates.as_of >= account_days.posting_date
    group by
        report_dates.as_of, report_dates.legal_entity_id, account_days.account_id, account_days.account_key
{%- endmacro %}
