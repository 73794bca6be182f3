{{ config(alias="tx_01", meta={"control_id": "TX-01"}) }}
-- Guards the tax that customers are charged: base times rate, rate by rate. A document whose tax
-- or rates are not delivered is not judged, and no layout says what evidence an exempt sale has.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    bases_summed as (
        select document_key, tax_rate, sum(net) as base from document_lines group by document_key, tax_rate
    ),

    taxes_by_rate as (
        select
            bases_summed.document_key,
            bases_summed.tax_rate,
            bases_summed.base,
            {{ translate("bases_summed.base", "bases_summed.tax_rate", "documents.minor_units") }} as tax
        from bases_summed
        inner join documents on bases_summed.document_key = documents.document_key
    ),

    taxes_summed as (
        select
            document_key,
            sum(base) as base,
            sum(tax) as tax,
            count(*) as tax_rates,
            min(tax_rate) as lowest_rate,
            max(tax_rate) as highest_rate
        from taxes_by_rate
        group by document_key
        having count(*) = count(tax)
    ),

    taxes_compared as (
        select
            documents.*,
            taxes_summed.base,
            taxes_summed.tax as expected_tax,
            taxes_summed.tax_rates,
            taxes_summed.lowest_rate,
            taxes_summed.highest_rate,
            -- the tolerance is written for a currency with two decimals
            {{ tolerance_of("TX-01") }}
            * taxes_summed.tax_rates
            * case documents.minor_units when 0 then 100 when 3 then 0.1 else 1 end as tax_tolerance
        from documents
        inner join taxes_summed on documents.document_key = taxes_summed.document_key
    ),

    failing_rows as (
        select
            'TX-01' as control_id,
            posting_date as as_of,
            legal_entity_id,
            doc_id as business_key,
            cast(
                {{ times("abs(tax - expected_tax)", "coalesce(fx_rate, 1)") }} as decimal(18, 4)
            ) as amount_at_risk,
            cast(expected_tax as string) as expected,
            cast(tax as string) as actual,
            cast(tax - expected_tax as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            currency,
            cast(base as decimal(18, 4)) as base,
            tax_rates,
            lowest_rate,
            highest_rate
        from taxes_compared
        where abs(tax - expected_tax) > tax_tolerance
    )

select *
from failing_rows
