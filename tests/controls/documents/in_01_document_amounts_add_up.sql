{{ config(alias="in_01", meta={"control_id": "IN-01"}) }}
-- Guards the amounts that everything else is built from: a header that its own lines do not support.
-- An amount that is not delivered is not judged, nor are lines where the source delivers none at
-- all.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    sources_with_lines as (select distinct source_system from document_lines),

    rates_summed as (
        select document_key, tax_rate, sum(net) as net from document_lines group by document_key, tax_rate
    ),

    taxes_by_rate as (
        select
            rates_summed.document_key,
            rates_summed.net,
            {{ translate("rates_summed.net", "rates_summed.tax_rate", "documents.minor_units") }} as tax
        from rates_summed
        inner join documents on rates_summed.document_key = documents.document_key
    ),

    lines_summed as (
        select
            document_key,
            sum(net) as net,
            case when count(*) = count(tax) then sum(tax) end as tax,
            count(*) as rate_count
        from taxes_by_rate
        group by document_key
    ),

    documents_compared as (
        select
            documents.*,
            lines_summed.net as lines_net,
            lines_summed.tax as lines_tax,
            lines_summed.rate_count,
            sources_with_lines.source_system is not null as has_lines_delivered,
            -- the tolerance is written for a currency with two decimals
            {{ tolerance_of("IN-01") }}
            * lines_summed.rate_count
            * case documents.minor_units when 0 then 100 when 3 then 0.1 else 1 end as tax_tolerance
        from documents
        left join lines_summed on documents.document_key = lines_summed.document_key
        left join sources_with_lines on documents.source_system = sources_with_lines.source_system
    ),

    parts_judged as (
        select
            *,
            'net' as part,
            lines_net as expected_amount,
            net as actual_amount,
            not coalesce(net = lines_net, false) as is_wrong
        from documents_compared
        where has_lines_delivered and net is not null
        union all
        select
            *,
            'tax' as part,
            lines_tax as expected_amount,
            tax as actual_amount,
            abs(tax - lines_tax) > tax_tolerance as is_wrong
        from documents_compared
        where has_lines_delivered and tax is not null and lines_tax is not null
        union all
        select
            *,
            'gross' as part,
            net + tax as expected_amount,
            gross as actual_amount,
            not coalesce(gross = net + tax, false) as is_wrong
        from documents_compared
        where net is not null and tax is not null and gross is not null
    ),

    failing_rows as (
        select
            'IN-01' as control_id,
            posting_date as as_of,
            legal_entity_id,
            doc_id as business_key,
            cast(
                {{ times("abs(actual_amount - coalesce(expected_amount, 0))", "coalesce(fx_rate, 1)") }}
                as decimal(18, 4)
            ) as amount_at_risk,
            cast(expected_amount as string) as expected,
            cast(actual_amount as string) as actual,
            cast(actual_amount - expected_amount as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            part,
            currency
        from parts_judged
        where is_wrong
    )

select *
from failing_rows
