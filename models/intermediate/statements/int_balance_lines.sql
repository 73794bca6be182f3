-- The balance sheet of each company. What was eliminated as intercompany without an equal
-- counterpart in the same books is kept apart, so that the group's sheet balances exactly where
-- theirs do.
with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    statement_entities as (select * from {{ ref("int_statement_entities") }}),

    movements as (select * from {{ ref("int_statement_movements") }}),

    dates_reported as (
        select report_dates.legal_entity_id, report_dates.as_of
        from report_dates
        inner join statement_entities on report_dates.legal_entity_id = statement_entities.legal_entity_id
    ),

    lines_moved as (
        select
            legal_entity_id,
            posting_date,
            case when account_type in ('asset', 'liability') then account_type else 'equity' end as section,
            case when result_step is null then statement_line else 'Current year result' end as line,
            false as is_of_group_only,
            sum(case when account_type = 'asset' then amount else - amount end) as amount,
            sum(
                case when is_intercompany then 0 when account_type = 'asset' then amount else - amount end
            ) as amount_in_group
        from movements
        group by
            legal_entity_id,
            posting_date,
            case when account_type in ('asset', 'liability') then account_type else 'equity' end,
            case when result_step is null then statement_line else 'Current year result' end
    ),

    eliminations_moved as (
        select
            legal_entity_id,
            posting_date,
            'equity' as section,
            'Intercompany difference' as line,
            true as is_of_group_only,
            0 as amount,
            sum(- amount) as amount_in_group
        from movements
        where is_intercompany
        group by legal_entity_id, posting_date
        having sum(amount) <> 0
    ),

    results_always_shown as (
        select
            legal_entity_id,
            as_of as posting_date,
            'equity' as section,
            'Current year result' as line,
            false as is_of_group_only,
            0 as amount,
            0 as amount_in_group
        from dates_reported
    ),

    movements_unioned as (
        select *
        from lines_moved
        union all
        select *
        from eliminations_moved
        union all
        select *
        from results_always_shown
    ),

    balances_taken as (
        select
            dates_reported.as_of,
            dates_reported.legal_entity_id,
            movements_unioned.section,
            movements_unioned.line,
            movements_unioned.is_of_group_only,
            {{ sum_money("movements_unioned.amount") }} as amount,
            {{ sum_money("movements_unioned.amount_in_group") }} as amount_in_group
        from dates_reported
        inner join
            movements_unioned
            on dates_reported.legal_entity_id = movements_unioned.legal_entity_id
            and dates_reported.as_of >= movements_unioned.posting_date
        group by
            dates_reported.as_of,
            dates_reported.legal_entity_id,
            movements_unioned.section,
            movements_unioned.line,
            movements_unioned.is_of_group_only
    )

select *
from balances_taken
