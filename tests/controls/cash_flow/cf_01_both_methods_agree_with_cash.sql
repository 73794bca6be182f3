{{ config(alias="cf_01", meta={"control_id": "CF-01"}) }}
-- Guards operating cash flow, which two methods draw from the same ledger in different ways, and
-- the change in cash, which both must explain to the cent. The account or journal that weighs
-- most among those that can part them is named. The group is judged where all its companies
-- agree, so that one break is not counted twice.
with

    cash_flow as (select * from {{ ref("rpt_cash_flow") }}),

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    report_periods as (select * from {{ ref("int_report_periods") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    accounts as (select * from {{ ref("int_statement_accounts") }}),

    journals as (select * from {{ ref("int_statement_journals") }}),

    source_types as (select * from {{ ref("posting_source_types") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    cash_moved as (
        select journal_lines.legal_entity_id, journal_lines.period, sum(journal_lines.amount) as cash
        from journal_lines
        cross join as_of
        inner join
            accounts
            on journal_lines.legal_entity_id = accounts.legal_entity_id
            and journal_lines.account_id = accounts.account_id
            and journal_lines.account_key is not distinct from accounts.account_key
        where
            accounts.cash_flow_class = 'cash'
            and journal_lines.source_type <> 'opening'
            and journal_lines.posting_date <= as_of.as_of
        group by journal_lines.legal_entity_id, journal_lines.period
    ),

    totals_by_method as (
        select
            period,
            legal_entity_id,
            sum(
                case when method = 'direct' and line = 'operating_cash_flow' then amount end
            ) as direct_operating,
            sum(
                case when method = 'indirect' and line = 'operating_cash_flow' then amount end
            ) as indirect_operating,
            sum(case when method = 'direct' and line = 'net_change_in_cash' then amount end) as direct_change,
            sum(
                case when method = 'indirect' and line = 'net_change_in_cash' then amount end
            ) as indirect_change
        from cash_flow
        where section = 'total'
        group by period, legal_entity_id
    ),

    companies_compared as (
        select
            totals_by_method.period,
            totals_by_method.legal_entity_id,
            totals_by_method.direct_operating,
            totals_by_method.indirect_operating,
            totals_by_method.direct_change,
            totals_by_method.indirect_change,
            coalesce(cash_moved.cash, 0) as cash
        from totals_by_method
        inner join judged_ledgers on totals_by_method.legal_entity_id = judged_ledgers.legal_entity_id
        left join
            cash_moved
            on totals_by_method.legal_entity_id = cash_moved.legal_entity_id
            and totals_by_method.period = cash_moved.period
    ),

    periods_agreed as (
        select totals_by_method.period
        from totals_by_method
        left join
            companies_compared
            on totals_by_method.period = companies_compared.period
            and totals_by_method.legal_entity_id = companies_compared.legal_entity_id
        where totals_by_method.legal_entity_id <> '*'
        group by totals_by_method.period
        having
            bool_and(
                companies_compared.direct_operating = companies_compared.indirect_operating
                and companies_compared.direct_change = companies_compared.cash
                and companies_compared.indirect_change = companies_compared.cash
            )
    ),

    comparisons_unioned as (
        select
            period,
            legal_entity_id,
            'operating cash flow by both methods' as comparison,
            direct_operating as expected_amount,
            indirect_operating as actual_amount
        from companies_compared
        union all
        select
            period,
            legal_entity_id,
            'direct method and cash accounts' as comparison,
            cash as expected_amount,
            direct_change as actual_amount
        from companies_compared
        union all
        select
            period,
            legal_entity_id,
            'indirect method and cash accounts' as comparison,
            cash as expected_amount,
            indirect_change as actual_amount
        from companies_compared
        union all
        select
            totals_by_method.period,
            totals_by_method.legal_entity_id,
            'operating cash flow by both methods' as comparison,
            totals_by_method.direct_operating as expected_amount,
            totals_by_method.indirect_operating as actual_amount
        from totals_by_method
        inner join periods_agreed on totals_by_method.period = periods_agreed.period
        where totals_by_method.legal_entity_id = '*'
        union all
        select
            totals_by_method.period,
            totals_by_method.legal_entity_id,
            'change in cash by both methods' as comparison,
            totals_by_method.direct_change as expected_amount,
            totals_by_method.indirect_change as actual_amount
        from totals_by_method
        inner join periods_agreed on totals_by_method.period = periods_agreed.period
        where totals_by_method.legal_entity_id = '*'
    ),

    breaks_found as (
        select *
        from comparisons_unioned
        where abs(actual_amount - expected_amount) > {{ tolerance_of("CF-01") }}
    ),

    lines_of_periods_with_breaks as (
        select
            journal_lines.legal_entity_id,
            journal_lines.journal_key,
            journal_lines.journal_id,
            journal_lines.period,
            journal_lines.account_id,
            journal_lines.amount,
            coalesce(accounts.cash_flow_class, '') as cash_flow_class,
            coalesce(journals.movement_type, 'flow') as movement_type,
            source_types.cash_flow_section,
            bool_or(coalesce(accounts.cash_flow_class = 'cash', false)) over (
                partition by journal_lines.legal_entity_id, journal_lines.journal_key
            ) as has_cash
        from (select distinct legal_entity_id, period from breaks_found) as periods_with_breaks
        cross join as_of
        inner join
            journal_lines
            on periods_with_breaks.legal_entity_id = journal_lines.legal_entity_id
            and periods_with_breaks.period = journal_lines.period
        left join
            accounts
            on journal_lines.legal_entity_id = accounts.legal_entity_id
            and journal_lines.account_id = accounts.account_id
            and journal_lines.account_key is not distinct from accounts.account_key
        left join
            journals
            on journal_lines.legal_entity_id = journals.legal_entity_id
            and journal_lines.journal_key = journals.journal_key
        left join source_types on journal_lines.source_type = source_types.source_type
        where journal_lines.source_type <> 'opening' and journal_lines.posting_date <= as_of.as_of
    ),

    suspects_unioned as (
        select
            legal_entity_id,
            period,
            journal_id,
            cast(null as string) as account_id,
            'journal does not balance' as cause,
            1 as cause_rank,
            sum(amount) as amount
        from lines_of_periods_with_breaks
        group by legal_entity_id, period, journal_key, journal_id
        having sum(amount) <> 0
        union all
        select
            legal_entity_id,
            period,
            min(journal_id) as journal_id,
            account_id,
            'account without a class' as cause,
            2 as cause_rank,
            sum(amount) as amount
        from lines_of_periods_with_breaks
        where cash_flow_class = ''
        group by legal_entity_id, period, account_id
        union all
        select
            legal_entity_id,
            period,
            min(journal_id) as journal_id,
            account_id,
            'cash without a category' as cause,
            3 as cause_rank,
            sum(amount) as amount
        from lines_of_periods_with_breaks
        where cash_flow_class = 'cash' and cash_flow_section is null
        group by legal_entity_id, period, account_id
        union all
        select
            legal_entity_id,
            period,
            min(journal_id) as journal_id,
            account_id,
            'moved without cash' as cause,
            4 as cause_rank,
            sum(amount) as amount
        from lines_of_periods_with_breaks
        where
            not has_cash
            and movement_type = 'flow'
            and cash_flow_class in ('investing', 'financing', 'equity_result')
        group by legal_entity_id, period, account_id
    ),

    suspects_ranked as (
        select
            *,
            row_number() over (
                partition by legal_entity_id, period
                order by abs(amount) desc, cause_rank, account_id, journal_id
            ) as suspect_rank
        from suspects_unioned
        where amount <> 0
    ),

    failing_rows as (
        select
            'CF-01' as control_id,
            report_periods.last_date as as_of,
            breaks_found.legal_entity_id,
            breaks_found.legal_entity_id
            || ' '
            || breaks_found.period
            || ', '
            || breaks_found.comparison as business_key,
            cast(
                abs(breaks_found.actual_amount - breaks_found.expected_amount) as decimal(18, 4)
            ) as amount_at_risk,
            cast(breaks_found.expected_amount as string) as expected,
            cast(breaks_found.actual_amount as string) as actual,
            cast(breaks_found.actual_amount - breaks_found.expected_amount as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            breaks_found.comparison,
            breaks_found.period,
            suspects_ranked.cause,
            suspects_ranked.account_id as residual_account,
            suspects_ranked.journal_id as residual_journal
        from breaks_found
        left join
            report_periods
            on breaks_found.legal_entity_id = report_periods.legal_entity_id
            and breaks_found.period = report_periods.period
        left join
            suspects_ranked
            on breaks_found.legal_entity_id = suspects_ranked.legal_entity_id
            and breaks_found.period = suspects_ranked.period
            and suspects_ranked.suspect_rank = 1
    )

select *
from failing_rows
