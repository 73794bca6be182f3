-- Cash in and out by its journal: the source type names an operating line, capital and long-lived
-- assets on the other side name their own. Each other side takes its share of the cash; in a
-- journal that balances that is its own amount, in one that does not the largest takes what is
-- missing. A transfer between cash accounts is no flow. A source type or account without a
-- category is in no line.
with

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    accounts as (select * from {{ ref("int_statement_accounts") }}),

    source_types as (select * from {{ ref("posting_source_types") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    partners as (select * from {{ ref("int_statement_entities") }}),

    cash_journals_found as (
        select distinct ledger_lines.legal_entity_id, ledger_lines.journal_key
        from ledger_lines
        cross join as_of
        inner join
            accounts
            on ledger_lines.legal_entity_id = accounts.legal_entity_id
            and ledger_lines.account_id = accounts.account_id
            and ledger_lines.account_key is not distinct from accounts.account_key
        where
            accounts.cash_flow_class = 'cash'
            and ledger_lines.source_type <> 'opening'
            and ledger_lines.posting_date <= as_of.as_of
    ),

    lines_of_cash_journals as (
        -- a line on an account without a class is another side: it is no cash
        select
            ledger_lines.legal_entity_id,
            ledger_lines.journal_key,
            ledger_lines.source_type,
            ledger_lines.period,
            ledger_lines.account_id,
            ledger_lines.amount,
            accounts.statement_line,
            accounts.cash_flow_class,
            coalesce(accounts.cash_flow_class = 'cash', false) as is_cash,
            partners.legal_entity_id is not null as is_intercompany
        from ledger_lines
        inner join
            cash_journals_found
            on ledger_lines.legal_entity_id = cash_journals_found.legal_entity_id
            and ledger_lines.journal_key = cash_journals_found.journal_key
        inner join
            accounts
            on ledger_lines.legal_entity_id = accounts.legal_entity_id
            and ledger_lines.account_id = accounts.account_id
            and ledger_lines.account_key is not distinct from accounts.account_key
        left join
            partners
            on ledger_lines.partner_legal_entity_id = partners.legal_entity_id
            and ledger_lines.legal_entity_id <> partners.legal_entity_id
        where ledger_lines.source_type <> 'opening'
    ),

    journals_out_of_balance as (
        select legal_entity_id, journal_key, sum(amount) as amount_missing
        from lines_of_cash_journals
        group by legal_entity_id, journal_key
        having sum(amount) <> 0
    ),

    missing_amounts_assigned as (
        select
            lines_of_cash_journals.*,
            journals_out_of_balance.amount_missing,
            row_number() over (
                partition by lines_of_cash_journals.legal_entity_id, lines_of_cash_journals.journal_key
                order by
                    abs(lines_of_cash_journals.amount) desc,
                    lines_of_cash_journals.account_id,
                    lines_of_cash_journals.amount
            ) as size_rank
        from lines_of_cash_journals
        inner join
            journals_out_of_balance
            on lines_of_cash_journals.legal_entity_id = journals_out_of_balance.legal_entity_id
            and lines_of_cash_journals.journal_key = journals_out_of_balance.journal_key
        where not lines_of_cash_journals.is_cash
    ),

    shares_unioned as (
        select
            legal_entity_id,
            period,
            source_type,
            is_intercompany,
            statement_line,
            cash_flow_class,
            - amount as amount
        from lines_of_cash_journals
        where not is_cash
        union all
        select
            legal_entity_id,
            period,
            source_type,
            is_intercompany,
            statement_line,
            cash_flow_class,
            amount_missing as amount
        from missing_amounts_assigned
        where size_rank = 1
    ),

    shares_taken as (
        select
            shares_unioned.legal_entity_id,
            shares_unioned.period,
            shares_unioned.is_intercompany,
            shares_unioned.statement_line,
            shares_unioned.cash_flow_class,
            source_types.cash_flow_section as section_of_type,
            source_types.cash_flow_line as line_of_type,
            sum(shares_unioned.amount) as amount
        from shares_unioned
        inner join source_types on shares_unioned.source_type = source_types.source_type
        where source_types.cash_flow_section is not null
        group by
            shares_unioned.legal_entity_id,
            shares_unioned.period,
            shares_unioned.is_intercompany,
            shares_unioned.statement_line,
            shares_unioned.cash_flow_class,
            source_types.cash_flow_section,
            source_types.cash_flow_line
    ),

    shares_categorised as (
        select
            legal_entity_id,
            period,
            is_intercompany,
            amount,
            case
                when section_of_type = 'fx'
                then 'fx'
                when cash_flow_class in ('investing', 'financing')
                then cash_flow_class
                when cash_flow_class = 'equity_result'
                then 'financing'
                when cash_flow_class is not null or section_of_type = 'operating'
                then 'operating'
            end as section,
            case
                when
                    section_of_type = 'fx'
                    or (
                        section_of_type = 'operating'
                        and coalesce(cash_flow_class, '') not in ('investing', 'financing', 'equity_result')
                    )
                then line_of_type
                else statement_line
            end as line
        from shares_taken
    ),

    lines_summed as (
        select
            legal_entity_id,
            period,
            section,
            line,
            sum(amount) as amount,
            sum(case when is_intercompany then 0 else amount end) as amount_in_group
        from shares_categorised
        where section is not null and line is not null
        group by legal_entity_id, period, section, line
    )

select *
from lines_summed
