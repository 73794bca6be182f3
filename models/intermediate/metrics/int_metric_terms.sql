-- The amounts that the receivables metrics are made of, from the documents alone: per report period
-- and customer, balances at its last day and flows of its days. Every amount is in functional
-- currency, documents and what pays for them at the document's rate.
with

    report_periods as (select * from {{ ref("int_report_periods") }}),

    report_starts as (select * from {{ ref("int_report_starts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    unapplied_cash as (select * from {{ ref("rpt_unapplied_cash") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    documents as (select * from {{ ref("int_ar_documents") }} where receivable_role = 'ar'),

    disputes as (select * from {{ ref("int_disputes") }}),

    movements as (select * from {{ ref("int_receivable_movements") }}),

    applications as (select * from {{ ref("int_applications_valued") }}),

    disputes_valued as (
        select
            documents.legal_entity_id,
            documents.customer_key,
            {{ translate("disputes.amount", "documents.fx_rate", "documents.functional_minor_units") }}
            as amount,
            disputes.opened_date,
            -- a dispute that is settled on an unknown day is not open on any
            coalesce(
                disputes.closed_date,
                case when disputes.status = 'open' then date '9999-12-31' else disputes.opened_date end
            ) as closed_date
        from disputes
        inner join documents on disputes.document_key = documents.document_key
    ),

    opening_items_summed as (
        select movements.legal_entity_id, documents.customer_key, sum(movements.functional_change) as amount
        from movements
        inner join documents on movements.document_key = documents.document_key
        where movements.is_opening_item
        group by movements.legal_entity_id, documents.customer_key
    ),

    cash_applied as (
        -- the cash part of each application, as far as it was applied by the end of the receipt's
        -- quarter; it counts in the month of the receipt, to whose posting date the days run
        select
            documents.legal_entity_id,
            documents.customer_key,
            receipts.posting_date,
            applications.amount_functional_relieved - applications.discount_functional as amount,
            {{ days_between("documents.document_date", "receipts.posting_date") }} as days_to_pay,
            {{ days_between("documents.due_date", "receipts.posting_date") }} as days_beyond_terms
        from applications
        inner join receipts on applications.receipt_key = receipts.receipt_key
        inner join documents on applications.document_key = documents.document_key
        inner join as_of on applications.posting_date <= as_of.as_of
        where
            date_trunc('quarter', applications.posting_date) <= date_trunc('quarter', receipts.posting_date)
            and documents.document_date is not null
    ),

    terms_unioned as (
        select
            legal_entity_id,
            customer_key,
            as_of as term_date,
            'receivables' as term,
            open_amount_functional as amount
        from open_items
        union all
        select
            legal_entity_id,
            customer_key,
            as_of as term_date,
            'receivables_current' as term,
            open_amount_functional as amount
        from open_items
        where coalesce(days_past_due, 0) <= 0
        union all
        select
            opening_items_summed.legal_entity_id,
            opening_items_summed.customer_key,
            report_starts.first_movement_date as term_date,
            'receivables_opening' as term,
            opening_items_summed.amount
        from opening_items_summed
        inner join report_starts on opening_items_summed.legal_entity_id = report_starts.legal_entity_id
        union all
        select
            unapplied_cash.legal_entity_id,
            receipts.customer_key,
            unapplied_cash.as_of as term_date,
            'unapplied_cash' as term,
            unapplied_cash.unapplied_functional as amount
        from unapplied_cash
        inner join receipts on unapplied_cash.receipt_key = receipts.receipt_key
        union all
        select
            disputes_valued.legal_entity_id,
            disputes_valued.customer_key,
            report_periods.last_date as term_date,
            'disputes_open' as term,
            disputes_valued.amount
        from disputes_valued
        inner join
            report_periods
            on disputes_valued.legal_entity_id = report_periods.legal_entity_id
            and disputes_valued.opened_date <= report_periods.last_date
            and disputes_valued.closed_date > report_periods.last_date
        union all
        select legal_entity_id, customer_key, opened_date as term_date, 'deductions' as term, amount
        from disputes_valued
        union all
        select
            legal_entity_id,
            customer_key,
            posting_date as term_date,
            'credit_sales' as term,
            gross_functional as amount
        from documents
        where not is_opening_item
        union all
        select
            legal_entity_id,
            customer_key,
            posting_date as term_date,
            'gross_invoiced' as term,
            gross_functional as amount
        from documents
        where not is_opening_item and doc_type <> 'credit_memo'
        union all
        select
            movements.legal_entity_id,
            documents.customer_key,
            movements.effective_date as term_date,
            'write_offs' as term,
            - movements.functional_change as amount
        from movements
        inner join documents on movements.document_key = documents.document_key
        where movements.movement_type = 'write_off' and not movements.is_opening_item
        union all
        select legal_entity_id, customer_key, posting_date as term_date, 'cash_applied' as term, amount
        from cash_applied
        union all
        select
            legal_entity_id,
            customer_key,
            posting_date as term_date,
            'cash_days_to_pay' as term,
            amount * days_to_pay as amount
        from cash_applied
        union all
        select
            legal_entity_id,
            customer_key,
            posting_date as term_date,
            'cash_applied_with_terms' as term,
            amount
        from cash_applied
        where days_beyond_terms is not null
        union all
        select
            legal_entity_id,
            customer_key,
            posting_date as term_date,
            'cash_days_beyond_terms' as term,
            amount * days_beyond_terms as amount
        from cash_applied
        where days_beyond_terms is not null
    ),

    terms_by_date as (
        select legal_entity_id, customer_key, term_date, term, sum(amount) as amount
        from terms_unioned
        group by legal_entity_id, customer_key, term_date, term
    ),

    terms_summed as (
        select
            report_periods.period,
            report_periods.last_date as as_of,
            report_periods.legal_entity_id,
            coalesce(terms_by_date.customer_key, '') as customer_key,
            terms_by_date.term,
            {{ sum_money("terms_by_date.amount") }} as amount
        from terms_by_date
        inner join
            report_periods
            on terms_by_date.legal_entity_id = report_periods.legal_entity_id
            and {{ period_of("terms_by_date.term_date") }} = report_periods.period
            and terms_by_date.term_date <= report_periods.last_date
        group by
            report_periods.period,
            report_periods.last_date,
            report_periods.legal_entity_id,
            coalesce(terms_by_date.customer_key, ''),
            terms_by_date.term
    )

select *
from terms_summed
