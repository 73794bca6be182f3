-- What the controls may need, counted in what was delivered. An input that no layout can deliver has no
-- count and is missing.
with

    control_inputs as (select * from {{ ref("control_inputs") }}),

    manifests as (select * from {{ ref("stg_registry__manifests") }}),

    sources as (select * from {{ ref("stg_registry__sources") }}),

    closings as (select * from {{ ref("int_period_closings") }}),

    seals as (select * from {{ ref("stg_registry__seals") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    ledger_balances as (select * from {{ ref("int_control_account_balances") }}),

    customers as (select * from {{ ref("int_customers") }}),

    orders as (select * from {{ ref("int_orders") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    write_offs as (select * from {{ ref("int_write_offs") }}),

    fx_rates as (select * from {{ ref("int_fx_rates") }}),

    bank_statement_lines as (select * from {{ ref("int_bank_statement_lines") }}),

    bank_statements as ({{ union_kinds("bank_statements") }}),

    budgets as ({{ union_kinds("budgets") }}),

    contract_prices as ({{ union_kinds("contract_prices") }}),

    payment_terms as ({{ union_kinds("payment_terms") }}),

    loss_rates as ({{ union_kinds("ecl_matrix") }}),

    users as ({{ union_kinds("users") }}),

    role_duties as ({{ union_kinds("role_duties") }}),

    duty_conflicts as ({{ union_kinds("sod_conflicts") }}),

    booked_balances as (
        select ledger_balances.control_account
        from ledger_balances
        inner join legal_entities on ledger_balances.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger <> 'derived'
    ),

    intercompany_lines as (
        select journal_lines.journal_line_key
        from journal_lines
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        inner join
            legal_entities as partners on journal_lines.partner_legal_entity_id = partners.legal_entity_id
        where legal_entities.ledger = 'booked' and partners.ledger = 'booked'
    ),

    counterparts_found as (
        select orders.order_key
        from orders
        inner join
            orders as counterparts
            on orders.external_order_id = counterparts.order_id
            and orders.source_system <> counterparts.source_system
    ),

    updates_stated as (
        -- what the initial load of a source brought says nothing about its pace
        select order_key as row_key
        from orders
        where updated_at is not null and not known_at_assumed
        union all
        select document_key as row_key
        from documents
        where updated_at is not null and not known_at_assumed
        union all
        select receipt_key as row_key
        from receipts
        where updated_at is not null and not known_at_assumed
    ),

    forecast_spans as (
        -- Sundays with three months of history before them and thirteen weeks that are over after
        -- them
        select {{ days_between("min(documents.posting_date)", "max(as_of.as_of)") }} - 90 - 91 as days_scored
        from documents
        inner join as_of on documents.posting_date <= as_of.as_of
    ),

    inputs_counted as (
        select 'manifests' as input, count(*) as row_count
        from manifests
        union all
        select 'forecast_origins' as input, count(*) as row_count
        from forecast_spans
        where days_scored >= 7 * 26
        union all
        select 'control_totals' as input, count(*) as row_count
        from manifests
        where control_column is not null
        union all
        select 'extract_windows' as input, count(*) as row_count
        from manifests
        where window_from is not null and window_to is not null
        union all
        select 'freshness' as input, count(*) as row_count
        from sources
        where freshness_warn_after_hours is not null or freshness_error_after_hours is not null
        union all
        select 'update_timestamps' as input, count(*) as row_count
        from updates_stated
        union all
        select 'booked_ledger' as input, count(*) as row_count
        from legal_entities
        where ledger = 'booked'
        union all
        select 'statements' as input, count(*) as row_count
        from legal_entities
        where ledger <> 'partial'
        union all
        select 'chart_of_accounts' as input, count(*) as row_count
        from accounts
        union all
        select 'receivables_account' as input, count(*) as row_count
        from booked_balances
        where control_account = 'ar'
        union all
        select 'unapplied_account' as input, count(*) as row_count
        from booked_balances
        where control_account = 'unapplied'
        union all
        select 'contract_accounts' as input, count(*) as row_count
        from booked_balances
        where control_account in ('unbilled', 'deferred')
        union all
        select 'tax_account' as input, count(*) as row_count
        from booked_balances
        where control_account = 'tax'
        union all
        select 'intercompany_pairs' as input, count(*) as row_count
        from intercompany_lines
        union all
        select 'customers' as input, count(*) as row_count
        from customers
        union all
        select 'credit_limits' as input, count(*) as row_count
        from customers
        where credit_limit is not null
        union all
        select 'orders' as input, count(*) as row_count
        from orders
        union all
        select 'orders_of_several_systems' as input, count(*) as row_count
        from counterparts_found
        union all
        select 'promised_dates' as input, count(*) as row_count
        from order_lines
        where promised_date is not null
        union all
        select 'credit_checks' as input, count(*) as row_count
        from orders
        where credit_checked_at is not null
        union all
        select 'list_prices' as input, count(*) as row_count
        from order_lines
        where list_price is not null
        union all
        select 'contract_prices' as input, count(*) as row_count
        from contract_prices
        union all
        select 'shipments' as input, count(*) as row_count
        from shipments
        union all
        select 'documents' as input, count(*) as row_count
        from documents
        union all
        select 'receipts' as input, count(*) as row_count
        from receipts
        union all
        select 'discount_terms' as input, count(*) as row_count
        from payment_terms
        where discount_rate > 0
        union all
        select 'write_offs_or_refunds' as input, count(*) as row_count
        from
            (
                select write_off_key as row_key
                from write_offs
                union all
                select refund_key as row_key
                from refunds
            ) as approvals_needed
        union all
        select 'fx_rates' as input, count(*) as row_count
        from fx_rates
        union all
        select 'bank_statements' as input, count(*) as row_count
        from bank_statements
        union all
        select 'bank_statement_lines' as input, count(*) as row_count
        from bank_statement_lines
        union all
        select 'budgets' as input, count(*) as row_count
        from budgets
        union all
        select 'loss_rates' as input, count(*) as row_count
        from loss_rates
        union all
        select 'duties' as input, count(*) as row_count
        from users
        inner join role_duties on users.role = role_duties.role
        cross join (select count(*) as conflicts from duty_conflicts) as conflicts_counted
        where conflicts_counted.conflicts > 0
        union all
        select 'approvals' as input, count(*) as row_count
        from
            (
                select order_key as row_key
                from orders
                where created_by is not null
                union all
                select journal_line_key as row_key
                from journal_lines
                where created_by is not null
            ) as entries_signed
        union all
        select 'write_off_approvals' as input, count(*) as row_count
        from
            (
                select write_off_key as row_key
                from write_offs
                where approved_by is not null
                union all
                select refund_key as row_key
                from refunds
                where approved_by is not null
            ) as decisions_approved
        union all
        select 'closing_moments' as input, count(*) as row_count
        from closings
        where closed_at is not null
        union all
        select 'sealed_periods' as input, count(*) as row_count
        from seals
        where is_in_force
    ),

    inputs_judged as (
        select
            control_inputs.input,
            control_inputs.position,
            control_inputs.reason_when_missing,
            coalesce(inputs_counted.row_count, 0) > 0 as is_delivered
        from control_inputs
        left join inputs_counted on control_inputs.input = inputs_counted.input
    )

select *
from inputs_judged
