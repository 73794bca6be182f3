-- In which order an income statement is read: revenue, cost of sales, other expenses, other gains and
-- losses, each followed by its subtotal.
with

    income_statement as (select * from {{ ref("rpt_income_statement") }}),

    accounts as (select * from {{ ref("dim_account") }}),

    costs_of_sales as (select distinct statement_line from accounts where control_of = 'cogs'),

    lines_of_accounts as (
        select
            accounts.statement_line as line,
            min(
                case
                    when accounts.account_type = 'revenue'
                    then 1
                    when costs_of_sales.statement_line is not null
                    then 3
                    when accounts.account_type = 'expense'
                    then 5
                    else 7
                end
            ) as line_position
        from accounts
        left join costs_of_sales on accounts.statement_line = costs_of_sales.statement_line
        where accounts.account_type in ('revenue', 'expense', 'other_pl')
        group by accounts.statement_line
    ),

    lines_placed as (
        select distinct
            income_statement.legal_entity_id,
            income_statement.line,
            income_statement.line_type,
            cast(
                case
                    when income_statement.line_type = 'line'
                    then coalesce(lines_of_accounts.line_position, 7)
                    when income_statement.line = 'net_revenue'
                    then 2
                    when income_statement.line = 'gross_profit'
                    then 4
                    when income_statement.line = 'operating_result'
                    then 6
                    else 8
                end as integer
            ) as line_position
        from income_statement
        left join lines_of_accounts on income_statement.line = lines_of_accounts.line
    )

select *
from lines_placed
