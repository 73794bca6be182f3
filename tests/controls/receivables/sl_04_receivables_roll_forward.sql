{{ config(alias="sl_04", meta={"control_id": "SL-04"}) }}
-- Guards the subledger's own arithmetic: what was open, plus what was posted, less what was settled,
-- is what is open. Items that the source calls cleared without delivering what cleared them are
-- named one by one; what they do not explain is shown per period.
with

    rollforward as (select * from {{ ref("rpt_ar_rollforward") }}),

    movements as (select * from {{ ref("int_receivable_movements") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    residuals_taken as (
        select
            period,
            legal_entity_id,
            closing,
            opening + invoiced + credited + collected + discounts + written_off + fx_difference as rolled,
            closing - (
                opening + invoiced + credited + collected + discounts + written_off + fx_difference
            ) as residual
        from rollforward
        where legal_entity_id <> '*'
    ),

    openings_chained as (
        select *, lag(closing) over (partition by legal_entity_id order by period) as previous_closing
        from rollforward
        where legal_entity_id <> '*'
    ),

    breaks_found as (
        select * from residuals_taken where residual is null or abs(residual) > {{ tolerance_of("SL-04") }}
    ),

    clearings_without_counterpart as (
        select
            legal_entity_id,
            {{ period_of("effective_date") }} as period,
            document_key,
            doc_id,
            sum(functional_change) as functional_change,
            max(effective_date) as effective_date
        from movements
        where movement_type = 'unexplained_clearing'
        group by legal_entity_id, {{ period_of("effective_date") }}, document_key, doc_id
    ),

    clearings_summed as (
        select legal_entity_id, period, sum(functional_change) as functional_change
        from clearings_without_counterpart
        group by legal_entity_id, period
    ),

    failing_rows as (
        select
            'SL-04' as control_id,
            clearings_without_counterpart.effective_date as as_of,
            clearings_without_counterpart.legal_entity_id,
            clearings_without_counterpart.doc_id as business_key,
            cast(abs(clearings_without_counterpart.functional_change) as decimal(18, 4)) as amount_at_risk,
            'a document that clears it' as expected,
            'cleared, but the document that clears it is not delivered' as actual,
            cast(clearings_without_counterpart.functional_change as decimal(18, 4)) as difference,
            documents.source_system,
            documents.source_file,
            documents.source_line,
            clearings_without_counterpart.period
        from clearings_without_counterpart
        inner join documents on clearings_without_counterpart.document_key = documents.document_key
        union all
        select
            'SL-04' as control_id,
            cast(null as date) as as_of,
            breaks_found.legal_entity_id,
            breaks_found.legal_entity_id || ' ' || breaks_found.period as business_key,
            cast(
                abs(breaks_found.residual - coalesce(clearings_summed.functional_change, 0)) as decimal(18, 4)
            ) as amount_at_risk,
            cast(breaks_found.closing as string) as expected,
            cast(breaks_found.rolled as string) as actual,
            cast(
                breaks_found.residual - coalesce(clearings_summed.functional_change, 0) as decimal(18, 4)
            ) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            breaks_found.period
        from breaks_found
        left join
            clearings_summed
            on breaks_found.legal_entity_id = clearings_summed.legal_entity_id
            and breaks_found.period = clearings_summed.period
        where breaks_found.residual is distinct from coalesce(clearings_summed.functional_change, 0)
        union all
        select
            'SL-04' as control_id,
            cast(null as date) as as_of,
            legal_entity_id,
            legal_entity_id || ' ' || period || ' opening' as business_key,
            cast(abs(opening - previous_closing) as decimal(18, 4)) as amount_at_risk,
            cast(previous_closing as string) as expected,
            cast(opening as string) as actual,
            cast(opening - previous_closing as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            period
        from openings_chained
        where previous_closing is not null and opening is distinct from previous_closing
    )

select *
from failing_rows
