with

    accounts as (select * from {{ ref("int_accounts") }}),

    columns_chosen as (
        select
            account_key,
            source_system,
            account_id,
            name,
            account_type,
            normal_balance,
            statement_line,
            cash_flow_class,
            control_of
        from accounts
    )

select *
from columns_chosen
