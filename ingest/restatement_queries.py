"""The questions of a restatement, on temporary tables that hold a seal and the present side by side.

``lines_then``, ``lines_now``        ledger lines up to the end of the period
``accounts_then``, ``accounts_now``  accounts and their place in the statements
``figures_then``, ``figures_now``    statement figures

From them come, one after the other, ``changed_lines``, ``amounts``, ``effects`` and the rows.
"""

# Lines that count otherwise than they did: another amount, account, day or kind of journal, or not at all.
CHANGED_LINES = """
    with lines_then as (
        select
            line_key, account_id, posting_date, movement_type, has_cash, sum(amount) as amount,
            min(journal_id) as journal_id, min(line_no) as line_no, min(source_type) as source_type,
            min(source_doc_id) as source_doc_id, min(source_system) as source_system,
            min(source_file) as source_file, min(source_line) as source_line
        from temp.lines_then
        group by line_key, account_id, posting_date, movement_type, has_cash
    ),

    lines_now as (
        select
            line_key, account_id, posting_date, movement_type, has_cash, sum(amount) as amount,
            min(journal_id) as journal_id, min(line_no) as line_no, min(source_type) as source_type,
            min(source_doc_id) as source_doc_id, min(source_system) as source_system,
            min(source_file) as source_file, min(source_line) as source_line, max(recorded_at) as recorded_at
        from temp.lines_now
        group by line_key, account_id, posting_date, movement_type, has_cash
    )

    select
        coalesce(lines_now.line_key, lines_then.line_key) as line_key,
        coalesce(lines_now.journal_id, lines_then.journal_id) as journal_id,
        coalesce(lines_now.line_no, lines_then.line_no) as line_no,
        coalesce(lines_now.posting_date, lines_then.posting_date) as posting_date,
        coalesce(lines_now.account_id, lines_then.account_id) as account_id,
        coalesce(lines_now.source_type, lines_then.source_type) as source_type,
        coalesce(lines_now.source_doc_id, lines_then.source_doc_id) as source_doc_id,
        coalesce(lines_now.movement_type, lines_then.movement_type) as movement_type,
        coalesce(lines_now.has_cash, lines_then.has_cash) as has_cash,
        lines_then.amount as sealed_amount,
        lines_now.amount as present_amount,
        coalesce(lines_now.source_system, lines_then.source_system) as source_system,
        coalesce(lines_now.source_file, lines_then.source_file) as source_file,
        coalesce(lines_now.source_line, lines_then.source_line) as source_line,
        lines_now.recorded_at
    from lines_then
    full outer join lines_now
        on lines_then.line_key = lines_now.line_key
        and lines_then.account_id = lines_now.account_id
        and lines_then.posting_date = lines_now.posting_date
        and lines_then.movement_type = lines_now.movement_type
        and lines_then.has_cash = lines_now.has_cash
    where lines_then.amount is distinct from lines_now.amount
"""

# Every amount that is to be placed anew, beside the place of its account: changed lines where the account
# stands now; what an account that was moved had when it was sealed, out of its old place into its new one.
AMOUNTS = """
    with places_known as (
        select * from temp.accounts_now
        union all
        select * from temp.accounts_then where account_id not in (select account_id from temp.accounts_now)
    ),

    accounts_moved as (
        select account_id
        from (
            select * exclude (opening_balance, closing_balance) from temp.accounts_now
            union
            select * exclude (opening_balance, closing_balance) from temp.accounts_then
        ) as places
        group by account_id
        having count(*) > 1
    ),

    amounts_moved as (
        select
            account_id, source_type, movement_type, has_cash, posting_date < $first_date as is_before,
            sum(amount) as amount
        from temp.lines_then
        where account_id in (select account_id from accounts_moved)
        group by account_id, source_type, movement_type, has_cash, posting_date < $first_date
    ),

    amounts_unioned as (
        select
            case
                when changed.sealed_amount is null
                    and changed.line_key not in (select line_key from temp.lines_then) then 'new'
                when changed.present_amount is null and changed.line_key not in (
                    select line_key
                    from intermediate.int_ledger_entries
                    where legal_entity_id = $legal_entity_id
                ) then 'gone'
                else 'changed'
            end as change,
            changed.journal_id, changed.line_no, changed.posting_date, changed.account_id,
            changed.source_type, changed.source_doc_id, changed.sealed_amount, changed.present_amount,
            changed.source_system, changed.source_file, changed.source_line, changed.recorded_at,
            changed.movement_type, changed.has_cash, changed.posting_date < $first_date as is_before,
            coalesce(changed.present_amount, 0) - coalesce(changed.sealed_amount, 0) as amount,
            1 as place_rank
        from temp.changed_lines as changed
        union all by name
        select
            'account moved' as change, account_id, source_type as type_of_moved, movement_type, has_cash,
            is_before, amount, 1 as place_rank
        from amounts_moved
        union all by name
        select
            'account moved' as change, account_id, source_type as type_of_moved, movement_type, has_cash,
            is_before, -amount as amount, 2 as place_rank
        from amounts_moved
    )

    select
        amounts.*, places.account_type, places.statement_line, places.cash_flow_class, places.control_of,
        places.result_step, places.is_expense_line
    from amounts_unioned as amounts
    left join places_known as places on amounts.account_id = places.account_id
    where amounts.place_rank = 1
    union all by name
    select
        amounts.*, places.account_type, places.statement_line, places.cash_flow_class, places.control_of,
        places.result_step, places.is_expense_line
    from amounts_unioned as amounts
    left join temp.accounts_then as places on amounts.account_id = places.account_id
    where amounts.place_rank = 2
"""

# The figures that an amount is part of, and what it adds to each: as the statements define their lines.
EFFECTS = """
    with indirect_flows as (
        select
            *,
            case
                when cash_flow_class in ('investing', 'financing') then cash_flow_class
                when cash_flow_class = 'equity_result' then 'financing'
                else 'operating'
            end as flow_section,
            case
                when cash_flow_class = 'pl' then 'Net income'
                when cash_flow_class = 'noncash' then 'Depreciation'
                when cash_flow_class = 'operating' then 'Change in ' || statement_line
                else statement_line
            end as flow_line,
            -amount as flow
        from temp.amounts
        where not is_before and movement_type = 'flow' and cash_flow_class <> 'cash'
        union all by name
        select *, 'operating' as flow_section, 'Remove FX gain/loss on cash' as flow_line, amount as flow
        from temp.amounts
        where not is_before and movement_type = 'flow' and cash_flow_class = 'pl' and control_of = 'fx_cash'
        union all by name
        select *, 'fx' as flow_section, 'FX effect on cash' as flow_line, -amount as flow
        from temp.amounts
        where not is_before and movement_type = 'flow' and cash_flow_class = 'pl' and control_of = 'fx_cash'
    ),

    direct_flows as (
        select
            amounts.*,
            case
                when source_types.cash_flow_section = 'fx' then 'fx'
                when amounts.cash_flow_class in ('investing', 'financing') then amounts.cash_flow_class
                when amounts.cash_flow_class = 'equity_result' then 'financing'
                when amounts.cash_flow_class is not null or source_types.cash_flow_section = 'operating'
                    then 'operating'
            end as flow_section,
            case
                when source_types.cash_flow_section = 'fx'
                    or (
                        source_types.cash_flow_section = 'operating'
                        and coalesce(amounts.cash_flow_class, '')
                        not in ('investing', 'financing', 'equity_result')
                    ) then source_types.cash_flow_line
                else amounts.statement_line
            end as flow_line,
            -amounts.amount as flow
        from temp.amounts as amounts
        inner join seeds.posting_source_types as source_types
            on coalesce(amounts.source_type, amounts.type_of_moved) = source_types.source_type
        where
            not amounts.is_before and amounts.has_cash and coalesce(amounts.cash_flow_class, '') <> 'cash'
            and source_types.source_type <> 'opening' and source_types.cash_flow_section is not null
    ),

    flows as (
        select *, 'indirect' as method from indirect_flows
        union all by name
        select *, 'direct' as method
        from direct_flows
        where flow_section is not null and flow_line is not null
    ),

    subtotals as (
        select *
        from (
            values ('net_revenue', 1), ('gross_profit', 2), ('operating_result', 3), ('net_income', 4)
        ) as subtotals(subtotal, last_step)
    )

    select *, 'trial_balance' as report, 'opening_balance' as section, account_id as line, amount as effect
    from temp.amounts
    where is_before
    union all by name
    select *, 'trial_balance' as report, 'closing_balance' as section, account_id as line, amount as effect
    from temp.amounts
    union all by name
    select
        *, 'balance_sheet' as report,
        case when account_type in ('asset', 'liability') then account_type else 'equity' end as section,
        case when result_step is null then statement_line else 'Current year result' end as line,
        case when account_type = 'asset' then amount else -amount end as effect
    from temp.amounts
    where account_type is not null
    union all by name
    select
        *, 'income_statement' as report, 'line' as section, statement_line as line,
        case when is_expense_line then amount else -amount end as effect
    from temp.amounts
    where not is_before and result_step is not null and movement_type in ('flow', 'deal_without_cash')
    union all by name
    select amounts.*, 'income_statement' as report, 'subtotal' as section, subtotals.subtotal as line,
        -amounts.amount as effect
    from temp.amounts as amounts
    inner join subtotals on amounts.result_step <= subtotals.last_step
    where not amounts.is_before and amounts.movement_type in ('flow', 'deal_without_cash')
    union all by name
    select * exclude (method, flow_section, flow_line, flow),
        'cash_flow' as report, method || ' ' || flow_section as section, flow_line as line, flow as effect
    from flows
    union all by name
    select * exclude (method, flow_section, flow_line, flow),
        'cash_flow' as report, method || ' total' as section, 'operating_cash_flow' as line, flow as effect
    from flows
    where flow_section = 'operating'
    union all by name
    select * exclude (method, flow_section, flow_line, flow),
        'cash_flow' as report, method || ' total' as section, 'net_change_in_cash' as line, flow as effect
    from flows
"""

ROWS = """
    with figures_compared as (
        select
            coalesce(figures_now.report, figures_then.report) as report,
            coalesce(figures_now.section, figures_then.section) as section,
            coalesce(figures_now.line, figures_then.line) as line,
            coalesce(figures_then.amount, 0) as published,
            coalesce(figures_now.amount, 0) as present
        from temp.figures_then
        full outer join temp.figures_now
            on figures_then.report = figures_now.report
            and figures_then.section = figures_now.section
            and figures_then.line = figures_now.line
    ),

    effects_summed as (
        select
            report, section, line, change, journal_id, line_no, posting_date, account_id, source_type,
            source_doc_id, sealed_amount, present_amount, source_system, source_file, source_line,
            recorded_at, sum(effect) as effect
        from temp.effects
        group by
            report, section, line, change, journal_id, line_no, posting_date, account_id, source_type,
            source_doc_id, sealed_amount, present_amount, source_system, source_file, source_line, recorded_at
        having sum(effect) <> 0
    ),

    effects_known as (
        select report, section, line, sum(effect) as effect from effects_summed group by report, section, line
    ),

    effects_and_rests as (
        select * from effects_summed
        union all by name
        select
            figures.report, figures.section, figures.line, 'calculated otherwise' as change,
            figures.present - figures.published - coalesce(effects_known.effect, 0) as effect
        from figures_compared as figures
        left join effects_known
            on figures.report = effects_known.report
            and figures.section = effects_known.section
            and figures.line = effects_known.line
        where figures.present - figures.published <> coalesce(effects_known.effect, 0)
    )

    select
        $legal_entity_id as legal_entity_id,
        $period as period,
        $version as version,
        figures.report,
        figures.section,
        figures.line,
        figures.published,
        figures.present,
        cast(figures.present - figures.published as decimal(18, 4)) as difference,
        effects.change,
        cast(effects.effect as decimal(18, 4)) as effect,
        effects.journal_id,
        effects.line_no,
        effects.posting_date,
        effects.account_id,
        effects.source_type,
        effects.source_doc_id,
        cast(effects.sealed_amount as decimal(18, 4)) as sealed_amount,
        cast(effects.present_amount as decimal(18, 4)) as present_amount,
        effects.source_system,
        effects.source_file,
        effects.source_line,
        effects.recorded_at
    from figures_compared as figures
    inner join effects_and_rests as effects
        on figures.report = effects.report
        and figures.section = effects.section
        and figures.line = effects.line
    where figures.present <> figures.published
    order by
        case figures.report
            when 'income_statement' then 1 when 'balance_sheet' then 2 when 'cash_flow' then 3 else 4
        end,
        figures.section, figures.line, effects.posting_date, effects.journal_id, effects.line_no,
        effects.account_id, effects.change
"""
