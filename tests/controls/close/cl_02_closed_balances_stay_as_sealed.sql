{{ config(alias="cl_02", meta={"control_id": "CL-02"}) }}
-- Guards published figures: a closed period that changes afterwards makes every report drawn from it
-- wrong without a word. A period is compared by what moved on each account, the first closed period
-- of an entity by its opening balance too, so a change is listed in the period in which it was made,
-- with every line that is new, changed or gone since. A reopened period is not judged.
with

    seals as (select * from {{ ref("stg_registry__seals") }}),

    sealed_balances as (select * from {{ ref("stg_registry__sealed_balances") }}),

    sealed_lines as (select * from {{ ref("stg_registry__sealed_lines") }}),

    trial_balance as (select * from {{ ref("rpt_trial_balance") }}),

    ledger_entries as (select * from {{ ref("int_ledger_entries") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    seals_judged as (
        select seals.*, {{ month_start("seals.closed_through") }} as first_date
        from seals
        cross join as_of
        where seals.is_in_force and seals.closed_through <= as_of.as_of
    ),

    present_balances as (
        select
            seals_judged.seal_id,
            trial_balance.account_id,
            sum(trial_balance.opening_balance) as opening_balance,
            sum(trial_balance.closing_balance) as closing_balance
        from trial_balance
        inner join
            seals_judged
            on trial_balance.legal_entity_id = seals_judged.legal_entity_id
            and trial_balance.as_of = seals_judged.closed_through
        group by seals_judged.seal_id, trial_balance.account_id
    ),

    balances_judged as (
        select sealed_balances.*
        from sealed_balances
        inner join seals_judged on sealed_balances.seal_id = seals_judged.seal_id
    ),

    balances_compared as (
        select
            coalesce(balances_judged.seal_id, present_balances.seal_id) as seal_id,
            coalesce(balances_judged.account_id, present_balances.account_id) as account_id,
            coalesce(balances_judged.opening_balance, 0) as sealed_opening,
            coalesce(balances_judged.closing_balance, 0) as sealed_closing,
            coalesce(present_balances.opening_balance, 0) as present_opening,
            coalesce(present_balances.closing_balance, 0) as present_closing
        from balances_judged
        full outer join
            present_balances
            on balances_judged.seal_id = present_balances.seal_id
            and balances_judged.account_id = present_balances.account_id
    ),

    accounts_changed as (
        select
            seals_judged.seal_id,
            seals_judged.legal_entity_id,
            seals_judged.period,
            seals_judged.version,
            seals_judged.covers_from,
            seals_judged.first_date,
            seals_judged.closed_through,
            seals_judged.closed_at,
            balances_compared.account_id,
            balances_compared.sealed_closing as sealed_balance,
            balances_compared.present_closing as present_balance
        from balances_compared
        inner join seals_judged on balances_compared.seal_id = seals_judged.seal_id
        where
            abs(
                (balances_compared.present_closing - balances_compared.present_opening)
                - (balances_compared.sealed_closing - balances_compared.sealed_opening)
            )
            > {{ tolerance_of("CL-02") }}
            or (
                seals_judged.covers_from is null
                and abs(balances_compared.present_opening - balances_compared.sealed_opening)
                > {{ tolerance_of("CL-02") }}
            )
    ),

    lines_then as (
        select
            accounts_changed.seal_id,
            accounts_changed.account_id,
            sealed_lines.posting_date < accounts_changed.first_date as is_before_period,
            sealed_lines.line_key,
            min(sealed_lines.journal_id) as journal_id,
            min(sealed_lines.line_no) as line_no,
            min(sealed_lines.source_type) as source_type,
            min(sealed_lines.source_doc_id) as source_doc_id,
            min(sealed_lines.line_source) as source_system,
            min(sealed_lines.line_file) as source_file,
            min(sealed_lines.line_number) as source_line,
            sum(sealed_lines.amount) as amount
        from sealed_lines
        inner join
            accounts_changed
            on sealed_lines.seal_id = accounts_changed.seal_id
            and sealed_lines.account_id = accounts_changed.account_id
        group by
            accounts_changed.seal_id,
            accounts_changed.account_id,
            sealed_lines.posting_date < accounts_changed.first_date,
            sealed_lines.line_key
    ),

    lines_now as (
        select
            accounts_changed.seal_id,
            accounts_changed.account_id,
            ledger_entries.posting_date < accounts_changed.first_date as is_before_period,
            ledger_entries.line_key,
            min(ledger_entries.journal_id) as journal_id,
            min(ledger_entries.line_no) as line_no,
            min(ledger_entries.source_type) as source_type,
            min(ledger_entries.source_doc_id) as source_doc_id,
            min(ledger_entries.source_system) as source_system,
            min(ledger_entries.source_file) as source_file,
            min(ledger_entries.source_line) as source_line,
            sum(ledger_entries.amount) as amount
        from ledger_entries
        inner join
            accounts_changed
            on ledger_entries.legal_entity_id = accounts_changed.legal_entity_id
            and ledger_entries.account_id = accounts_changed.account_id
            and ledger_entries.posting_date <= accounts_changed.closed_through
        where
            accounts_changed.covers_from is null
            or ledger_entries.posting_date >= accounts_changed.covers_from
        group by
            accounts_changed.seal_id,
            accounts_changed.account_id,
            ledger_entries.posting_date < accounts_changed.first_date,
            ledger_entries.line_key
    ),

    lines_compared as (
        select
            coalesce(lines_now.seal_id, lines_then.seal_id) as seal_id,
            coalesce(lines_now.account_id, lines_then.account_id) as account_id,
            coalesce(lines_now.line_key, lines_then.line_key) as line_key,
            coalesce(lines_now.journal_id, lines_then.journal_id) as journal_id,
            coalesce(lines_now.line_no, lines_then.line_no) as line_no,
            coalesce(lines_now.source_type, lines_then.source_type) as source_type,
            coalesce(lines_now.source_doc_id, lines_then.source_doc_id) as source_doc_id,
            coalesce(lines_now.source_system, lines_then.source_system) as source_system,
            coalesce(lines_now.source_file, lines_then.source_file) as source_file,
            coalesce(lines_now.source_line, lines_then.source_line) as source_line,
            lines_then.amount as sealed_amount,
            lines_now.amount as present_amount
        from lines_then
        full outer join
            lines_now
            on lines_then.seal_id = lines_now.seal_id
            and lines_then.account_id = lines_now.account_id
            and lines_then.is_before_period = lines_now.is_before_period
            and lines_then.line_key = lines_now.line_key
        where lines_then.amount is distinct from lines_now.amount
    ),

    lines_still_there as (
        select distinct ledger_entries.line_key
        from ledger_entries
        inner join lines_compared on ledger_entries.line_key = lines_compared.line_key
        where lines_compared.present_amount is null
    ),

    lines_sealed_elsewhere as (
        select distinct sealed_lines.line_key
        from sealed_lines
        inner join lines_compared on sealed_lines.line_key = lines_compared.line_key
        where lines_compared.sealed_amount is null
    ),

    lines_named as (
        select
            lines_compared.*,
            coalesce(lines_compared.present_amount, 0)
            - coalesce(lines_compared.sealed_amount, 0) as line_difference,
            case
                when lines_compared.sealed_amount is null and lines_sealed_elsewhere.line_key is null
                then 'new'
                when lines_compared.present_amount is null and lines_still_there.line_key is null
                then 'gone'
                else 'changed'
            end as change
        from lines_compared
        left join lines_still_there on lines_compared.line_key = lines_still_there.line_key
        left join lines_sealed_elsewhere on lines_compared.line_key = lines_sealed_elsewhere.line_key
    ),

    failing_rows as (
        select
            'CL-02' as control_id,
            accounts_changed.closed_through as as_of,
            accounts_changed.legal_entity_id,
            accounts_changed.period
            || ' '
            || accounts_changed.account_id
            || coalesce(' ' || lines_named.line_key, '') as business_key,
            cast(
                abs(
                    coalesce(
                        lines_named.line_difference,
                        accounts_changed.present_balance - accounts_changed.sealed_balance
                    )
                ) as decimal(18, 4)
            ) as amount_at_risk,
            cast(accounts_changed.sealed_balance as string) as expected,
            cast(cast(accounts_changed.present_balance as decimal(18, 4)) as string) as actual,
            cast(
                accounts_changed.present_balance - accounts_changed.sealed_balance as decimal(18, 4)
            ) as difference,
            lines_named.source_system,
            lines_named.source_file,
            lines_named.source_line,
            accounts_changed.period,
            accounts_changed.account_id,
            cast(accounts_changed.sealed_balance as decimal(18, 4)) as sealed_balance,
            cast(accounts_changed.present_balance as decimal(18, 4)) as present_balance,
            lines_named.change,
            lines_named.journal_id,
            lines_named.line_no,
            lines_named.source_type,
            lines_named.source_doc_id,
            cast(lines_named.sealed_amount as decimal(18, 4)) as sealed_amount,
            cast(lines_named.present_amount as decimal(18, 4)) as present_amount,
            cast(lines_named.line_difference as decimal(18, 4)) as line_difference,
            accounts_changed.version as seal_version,
            accounts_changed.closed_at
        from accounts_changed
        left join
            lines_named
            on accounts_changed.seal_id = lines_named.seal_id
            and accounts_changed.account_id = lines_named.account_id
    )

select *
from failing_rows
