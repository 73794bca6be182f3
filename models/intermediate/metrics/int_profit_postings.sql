-- What the ledger holds on result accounts, as the income statement takes it, kept apart by what
-- it was posted for: the document, or, for month-end postings, the type and month. Most of it is
-- what the document calls for, to the cent, and then needs no sharing.
with

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    accounts as (select * from {{ ref("int_statement_accounts") }}),

    journals as (select * from {{ ref("int_statement_journals") }}),

    statement_entities as (select * from {{ ref("int_statement_entities") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    parts as (select * from {{ ref("int_profit_parts") }}),

    month_end_types as (select source_type from {{ ref("posting_source_types") }} where is_month_end),

    customer_references as (
        {{ resolved_references(ref("int_customers"), "customer_id", "customer_key", "source_group") }}
    ),

    accounts_classed as (
        select
            legal_entity_id,
            account_id,
            account_key,
            statement_line,
            is_expense_line,
            case
                when result_step = 1
                then 'net_revenue'
                when result_step = 2
                then 'cost_of_sales'
                when control_of in ('impairment', 'fx_realised', 'discount')
                then 'direct_costs'
                else 'other_result'
            end as line,
            case
                when result_step = 1 or control_of in ('revenue', 'discount')
                then 'revenue'
                when result_step = 2 or control_of = 'cogs'
                then 'cost'
            end as part
        from accounts
        where result_step is not null
    ),

    lines_classed as (
        select
            ledger_lines.legal_entity_id,
            ledger_lines.period,
            ledger_lines.source_type,
            case
                when month_end_types.source_type is not null
                then ledger_lines.source_type || '-' || ledger_lines.period
                else ledger_lines.source_doc_id
            end as posting_key,
            accounts_classed.statement_line,
            accounts_classed.is_expense_line,
            accounts_classed.line,
            accounts_classed.part,
            month_end_types.source_type is not null as is_month_end,
            customer_references.customer_key,
            coalesce(partners.legal_entity_id is not null, false) as is_intercompany,
            - ledger_lines.amount as gain
        from ledger_lines
        inner join as_of on ledger_lines.posting_date <= as_of.as_of
        inner join statement_entities on ledger_lines.legal_entity_id = statement_entities.legal_entity_id
        inner join
            accounts_classed
            on ledger_lines.legal_entity_id = accounts_classed.legal_entity_id
            and ledger_lines.account_id = accounts_classed.account_id
            and ledger_lines.account_key is not distinct from accounts_classed.account_key
        left join month_end_types on ledger_lines.source_type = month_end_types.source_type
        left join
            journals
            on ledger_lines.legal_entity_id = journals.legal_entity_id
            and ledger_lines.journal_key = journals.journal_key
        left join
            statement_entities as partners
            on ledger_lines.partner_legal_entity_id = partners.legal_entity_id
            and ledger_lines.legal_entity_id <> partners.legal_entity_id
        left join
            customer_references
            on ledger_lines.source_system = customer_references.referring_source
            and ledger_lines.customer_id = customer_references.customer_id
        where
            ledger_lines.source_type <> 'opening'
            and coalesce(journals.movement_type, 'flow') in ('flow', 'deal_without_cash')
    ),

    postings_summed as (
        select
            legal_entity_id,
            period,
            source_type,
            posting_key,
            statement_line,
            is_expense_line,
            line,
            part,
            is_month_end,
            customer_key,
            is_intercompany,
            {{ sum_money("gain") }} as gain
        from lines_classed
        group by
            legal_entity_id,
            period,
            source_type,
            posting_key,
            statement_line,
            is_expense_line,
            line,
            part,
            is_month_end,
            customer_key,
            is_intercompany
    ),

    parts_totalled as (
        select
            legal_entity_id,
            source_type,
            posting_key,
            part,
            statement_line,
            case when count(*) = count(amount) then sum(amount) end as amount
        from parts
        group by legal_entity_id, source_type, posting_key, part, statement_line
    ),

    postings_compared as (
        select
            postings_summed.*,
            coalesce(
                postings_summed.gain = parts_totalled.amount
                and (not postings_summed.is_month_end or postings_summed.customer_key is null),
                false
            ) as is_as_called_for
        from postings_summed
        left join
            parts_totalled
            on postings_summed.legal_entity_id = parts_totalled.legal_entity_id
            and postings_summed.source_type = parts_totalled.source_type
            and postings_summed.posting_key = parts_totalled.posting_key
            and postings_summed.part = parts_totalled.part
            and postings_summed.statement_line = parts_totalled.statement_line
    )

select *
from postings_compared
