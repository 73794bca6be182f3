{{ config(alias="bk_03", meta={"control_id": "BK-03"}) }}
-- Guards existence of receipts: one that never reached a bank account clears receivables with nothing,
-- and money at the bank that nobody booked is owed to someone. Accounts that no bank reports on, such
-- as cash in transit, are not judged.
with

    bank_accounts as (select * from {{ ref("int_bank_accounts") }}),

    bank_statement_lines as (select * from {{ ref("int_bank_statement_lines") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    items as (select * from {{ ref("int_bank_items") }}),

    settlements as (select * from {{ ref("int_bank_settlements") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    account_references as (
        {{ resolved_references(ref("int_accounts"), "account_id", "account_key", "source_group") }}
    ),

    receipts_on_statements as (
        select receipt_key
        from bank_statement_lines
        where receipt_key is not null
        union
        select items.receipt_key
        from items
        inner join settlements on items.item_key = settlements.item_key
        where items.receipt_key is not null and items.side = 'book' and settlements.settled_on is not null
    ),

    receipts_judged as (
        select receipts.*
        from receipts
        cross join as_of
        left join
            account_references
            on receipts.source_system = account_references.referring_source
            and receipts.bank_account_id = account_references.account_id
        inner join
            bank_accounts
            on coalesce(account_references.account_key, receipts.bank_account_id)
            = bank_accounts.bank_account_key
        where
            bank_accounts.has_lines
            and not receipts.is_opening_item
            and receipts.posting_date >= bank_accounts.reported_from
            and {{ days_between("receipts.posting_date", "as_of.as_of") }} > {{ tolerance_of("BK-03") }}
    ),

    failing_rows as (
        select
            'BK-03' as control_id,
            as_of.as_of,
            receipts_judged.legal_entity_id,
            receipts_judged.payment_id as business_key,
            abs(receipts_judged.amount_functional) as amount_at_risk,
            'a line on the bank statement' as expected,
            'none' as actual,
            receipts_judged.amount as difference,
            receipts_judged.source_system,
            receipts_judged.source_file,
            receipts_judged.source_line,
            'receipt without bank line' as finding,
            receipts_judged.bank_account_id,
            receipts_judged.currency,
            receipts_judged.customer_id,
            receipts_judged.posting_date as item_date
        from receipts_judged
        cross join as_of
        left join receipts_on_statements on receipts_judged.receipt_key = receipts_on_statements.receipt_key
        where receipts_on_statements.receipt_key is null
        union all
        select
            'BK-03' as control_id,
            as_of.as_of,
            items.legal_entity_id,
            bank_accounts.bank_account_id || ' ' || items.entry_id as business_key,
            abs(items.amount_functional) as amount_at_risk,
            'a cash line in the ledger' as expected,
            'none' as actual,
            cast(items.amount as decimal(18, 4)) as difference,
            items.source_system,
            items.source_file,
            items.source_line,
            'bank line without cash line' as finding,
            bank_accounts.bank_account_id,
            bank_accounts.currency,
            cast(null as string) as customer_id,
            items.item_date
        from items
        cross join as_of
        inner join settlements on items.item_key = settlements.item_key
        inner join bank_accounts on items.bank_account_key = bank_accounts.bank_account_key
        where
            items.side = 'bank'
            and bank_accounts.is_booked
            and settlements.settled_on is null
            and {{ days_between("items.item_date", "as_of.as_of") }} > {{ tolerance_of("BK-03") }}
    )

select *
from failing_rows
