{{ config(alias="rv_02", meta={"control_id": "RV-02"}) }}
-- Guards net revenue against the documents: whatever is recognised and not invoiced, or invoiced
-- and not recognised, must stand on the contract balances. Recognised revenue and both balances
-- come from the ledger, invoiced net from the documents; discounts taken when customers pay are
-- no invoice.
with

    income_statement as (select * from {{ ref("rpt_income_statement") }}),

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    report_periods as (select * from {{ ref("int_report_periods") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    discounts_at_settlement as (
        select journal_lines.legal_entity_id, journal_lines.posting_date, sum(journal_lines.amount) as amount
        from journal_lines
        inner join accounts on journal_lines.account_key = accounts.account_key
        where
            accounts.account_type = 'revenue'
            and journal_lines.source_type
            in ('application', 'customer_receipt', 'customer_refund', 'write_off')
        group by journal_lines.legal_entity_id, journal_lines.posting_date
    ),

    contract_movements as (
        select legal_entity_id, posting_date, control_of, sum(amount) as amount
        from journal_lines
        where control_of in ('unbilled', 'deferred') and source_type <> 'opening'
        group by legal_entity_id, posting_date, control_of
    ),

    documents_valued as (
        -- revenue is rounded line by line, so the lines' sum is what was invoiced
        select legal_entity_id, posting_date, part_functional as net_functional
        from billed_parts
        where not is_opening_item
        union all
        select
            documents.legal_entity_id,
            documents.posting_date,
            {{ translate("document_lines.net", "documents.fx_rate", "documents.functional_minor_units") }}
            as net_functional
        from documents
        inner join document_lines on documents.document_key = document_lines.document_key
        where documents.doc_type = 'credit_memo' and not documents.is_opening_item
        union all
        select
            documents.legal_entity_id,
            documents.posting_date,
            coalesce(
                documents.gross_functional - documents.tax_functional, documents.net_functional
            ) as net_functional
        from documents
        left join
            (select distinct document_key from document_lines) as documents_with_lines
            on documents.document_key = documents_with_lines.document_key
        where documents_with_lines.document_key is null and not documents.is_opening_item
    ),

    documents_by_day as (
        select
            legal_entity_id,
            posting_date,
            case when count(*) = count(net_functional) then sum(net_functional) end as net_functional
        from documents_valued
        group by legal_entity_id, posting_date
    ),

    amounts_unioned as (
        select
            income_statement.legal_entity_id,
            income_statement.period,
            income_statement.amount as recognised,
            0 as invoiced,
            0 as unbilled,
            0 as deferred
        from income_statement
        where income_statement.line = 'net_revenue' and income_statement.line_type = 'subtotal'
        union all
        select
            report_periods.legal_entity_id,
            report_periods.period,
            discounts_at_settlement.amount as recognised,
            0 as invoiced,
            0 as unbilled,
            0 as deferred
        from report_periods
        inner join
            discounts_at_settlement
            on report_periods.legal_entity_id = discounts_at_settlement.legal_entity_id
            and discounts_at_settlement.posting_date
            between report_periods.first_date and report_periods.last_date
        union all
        select
            report_periods.legal_entity_id,
            report_periods.period,
            0 as recognised,
            documents_by_day.net_functional as invoiced,
            0 as unbilled,
            0 as deferred
        from report_periods
        inner join
            documents_by_day
            on report_periods.legal_entity_id = documents_by_day.legal_entity_id
            and documents_by_day.posting_date between report_periods.first_date and report_periods.last_date
        union all
        select
            report_periods.legal_entity_id,
            report_periods.period,
            0 as recognised,
            0 as invoiced,
            case
                when contract_movements.control_of = 'unbilled' then contract_movements.amount else 0
            end as unbilled,
            case
                when contract_movements.control_of = 'deferred' then - contract_movements.amount else 0
            end as deferred
        from report_periods
        inner join
            contract_movements
            on report_periods.legal_entity_id = contract_movements.legal_entity_id
            and contract_movements.posting_date between report_periods.first_date and report_periods.last_date
    ),

    months_summed as (
        select
            amounts_unioned.legal_entity_id,
            amounts_unioned.period,
            sum(amounts_unioned.recognised) as recognised,
            case
                when count(*) = count(amounts_unioned.invoiced) then sum(amounts_unioned.invoiced)
            end as invoiced,
            sum(amounts_unioned.unbilled) as unbilled_change,
            sum(amounts_unioned.deferred) as deferred_change
        from amounts_unioned
        inner join judged_ledgers on amounts_unioned.legal_entity_id = judged_ledgers.legal_entity_id
        group by amounts_unioned.legal_entity_id, amounts_unioned.period
    ),

    months_dated as (
        select
            months_summed.*,
            report_periods.last_date,
            months_summed.recognised
            - months_summed.invoiced
            - (months_summed.unbilled_change - months_summed.deferred_change) as residual
        from months_summed
        inner join
            report_periods
            on months_summed.legal_entity_id = report_periods.legal_entity_id
            and months_summed.period = report_periods.period
    ),

    failing_rows as (
        select
            'RV-02' as control_id,
            last_date as as_of,
            legal_entity_id,
            legal_entity_id || ' ' || period as business_key,
            cast(abs(residual) as decimal(18, 4)) as amount_at_risk,
            cast(unbilled_change - deferred_change as string) as expected,
            cast(recognised - invoiced as string) as actual,
            cast(residual as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            period,
            cast(recognised as decimal(18, 4)) as recognised,
            cast(invoiced as decimal(18, 4)) as invoiced,
            cast(unbilled_change as decimal(18, 4)) as unbilled_change,
            cast(deferred_change as decimal(18, 4)) as deferred_change
        from months_dated
        where abs(residual) > {{ tolerance_of("RV-02") }}
    )

select *
from failing_rows
