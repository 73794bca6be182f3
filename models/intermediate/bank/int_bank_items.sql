-- The two sides of the bank reconciliation up to the as-of date: what the books say went through a
-- bank account, and what the bank says. Opening balances and revaluations are no items to wait for,
-- nor is what the bank showed before the ledger began. An entity without a booked ledger has its
-- receipts and refunds in place of journals.
with

    bank_accounts as (select * from {{ ref("int_bank_accounts") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    bank_statement_lines as (select * from {{ ref("int_bank_statement_lines") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    fx_rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    account_references as (
        {{ resolved_references(ref("int_accounts"), "account_id", "account_key", "source_group") }}
    ),

    receipt_references as ({{ resolved_references(ref("int_receipts"), "payment_id", "receipt_key") }}),

    receipts_with_bank_line as (
        select distinct receipt_key from bank_statement_lines where receipt_key is not null
    ),

    cash_lines_summed as (
        select
            bank_accounts.bank_account_key,
            journal_lines.journal_key,
            journal_lines.posting_date,
            min(journal_lines.journal_id) as journal_id,
            min(journal_lines.legal_entity_id) as legal_entity_id,
            min(journal_lines.source_system) as source_system,
            min(journal_lines.source_type) as source_type,
            min(journal_lines.source_doc_id) as source_doc_id,
            min(journal_lines.source_file) as source_file,
            min(journal_lines.source_line) as source_line,
            {{ sum_money("journal_lines.amount") }} as amount_functional,
            {{
                sum_money(
                    "case when bank_accounts.currency = bank_accounts.functional_currency then journal_lines.amount when journal_lines.currency = bank_accounts.currency then journal_lines.amount_transaction end"
                )
            }}
            as amount
        from journal_lines
        cross join as_of
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        inner join
            bank_accounts
            on coalesce(journal_lines.account_key, journal_lines.account_id) = bank_accounts.bank_account_key
        where legal_entities.ledger = 'booked' and journal_lines.posting_date <= as_of.as_of
        group by bank_accounts.bank_account_key, journal_lines.journal_key, journal_lines.posting_date
    ),

    payments_unioned as (
        select
            source_system,
            legal_entity_id,
            bank_account_id,
            receipt_key,
            'receipt:' || receipt_key as item_key,
            payment_id as entry_id,
            'customer_receipt' as source_type,
            coalesce(reversed_receipt_key, receipt_key) as undo_key,
            posting_date as item_date,
            amount,
            amount_functional,
            source_file,
            source_line,
            is_opening_item
        from receipts
        union all
        select
            source_system,
            legal_entity_id,
            bank_account_id,
            cast(null as string) as receipt_key,
            'refund:' || refund_key as item_key,
            refund_id as entry_id,
            'customer_refund' as source_type,
            refund_key as undo_key,
            posting_date as item_date,
            - amount as amount,
            cast({{ times("- amount", "coalesce(fx_rate, 1)") }} as decimal(18, 4)) as amount_functional,
            source_file,
            source_line,
            is_opening_item
        from refunds
    ),

    items_of_both_sides as (
        select
            'journal:'
            || cash_lines_summed.bank_account_key
            || ':'
            || cash_lines_summed.journal_key
            || ':'
            || cast(cash_lines_summed.posting_date as string) as item_key,
            'book' as side,
            cash_lines_summed.bank_account_key,
            cash_lines_summed.legal_entity_id,
            cash_lines_summed.journal_id as entry_id,
            cash_lines_summed.source_type,
            cash_lines_summed.source_doc_id,
            receipts.receipt_key,
            coalesce(
                receipts.reversed_receipt_key,
                receipts.receipt_key,
                cash_lines_summed.source_type || ':' || cash_lines_summed.source_doc_id
            ) as undo_key,
            cash_lines_summed.posting_date as item_date,
            cash_lines_summed.amount,
            cash_lines_summed.amount_functional,
            false as is_in_opening_balance,
            cash_lines_summed.source_type not in ('opening', 'cash_revaluation') as can_wait,
            cash_lines_summed.source_system,
            cash_lines_summed.source_file,
            cash_lines_summed.source_line
        from cash_lines_summed
        left join
            receipt_references
            on cash_lines_summed.source_type = 'customer_receipt'
            and cash_lines_summed.source_system = receipt_references.referring_source
            and cash_lines_summed.source_doc_id = receipt_references.payment_id
        left join receipts on receipt_references.receipt_key = receipts.receipt_key
        union all
        -- a receipt inside the opening balance may reach the bank after it
        select
            payments_unioned.item_key,
            'book' as side,
            bank_accounts.bank_account_key,
            payments_unioned.legal_entity_id,
            payments_unioned.entry_id,
            payments_unioned.source_type,
            payments_unioned.entry_id as source_doc_id,
            payments_unioned.receipt_key,
            payments_unioned.undo_key,
            payments_unioned.item_date,
            payments_unioned.amount,
            payments_unioned.amount_functional,
            payments_unioned.is_opening_item as is_in_opening_balance,
            true as can_wait,
            payments_unioned.source_system,
            payments_unioned.source_file,
            payments_unioned.source_line
        from payments_unioned
        cross join as_of
        inner join legal_entities on payments_unioned.legal_entity_id = legal_entities.legal_entity_id
        left join
            account_references
            on payments_unioned.source_system = account_references.referring_source
            and payments_unioned.bank_account_id = account_references.account_id
        inner join
            bank_accounts
            on coalesce(account_references.account_key, payments_unioned.bank_account_id)
            = bank_accounts.bank_account_key
        left join
            receipts_with_bank_line on payments_unioned.receipt_key = receipts_with_bank_line.receipt_key
        where
            payments_unioned.item_date <= as_of.as_of
            and (
                legal_entities.ledger <> 'booked'
                or (payments_unioned.is_opening_item and receipts_with_bank_line.receipt_key is not null)
            )
        union all
        select
            'bank:' || bank_statement_lines.bank_line_key as item_key,
            'bank' as side,
            bank_accounts.bank_account_key,
            bank_accounts.legal_entity_id,
            bank_statement_lines.entry_ref as entry_id,
            cast(null as string) as source_type,
            bank_statement_lines.payment_id as source_doc_id,
            bank_statement_lines.receipt_key,
            cast(null as string) as undo_key,
            bank_statement_lines.booking_date as item_date,
            bank_statement_lines.amount,
            {{
                translate(
                    "bank_statement_lines.amount",
                    "case when bank_accounts.currency = bank_accounts.functional_currency then 1 else fx_rates_by_day.rate end",
                    "bank_accounts.functional_minor_units",
                )
            }}
            as amount_functional,
            false as is_in_opening_balance,
            not {{ is_opening_item("bank_statement_lines.booking_date") }} as can_wait,
            bank_statement_lines.source_system,
            bank_statement_lines.source_file,
            bank_statement_lines.source_line
        from bank_statement_lines
        cross join as_of
        left join
            account_references
            on bank_statement_lines.source_system = account_references.referring_source
            and bank_statement_lines.bank_account_id = account_references.account_id
        inner join
            bank_accounts
            on coalesce(account_references.account_key, bank_statement_lines.bank_account_id)
            = bank_accounts.bank_account_key
        left join legal_entities on bank_accounts.legal_entity_id = legal_entities.legal_entity_id
        left join
            fx_rates_by_day
            on bank_accounts.currency = fx_rates_by_day.from_currency
            and bank_accounts.functional_currency = fx_rates_by_day.to_currency
            and bank_statement_lines.booking_date = fx_rates_by_day.rate_date
        where bank_statement_lines.booking_date <= as_of.as_of
    )

select *
from items_of_both_sides
