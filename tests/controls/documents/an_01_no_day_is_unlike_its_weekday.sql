{{ config(alias="an_01", meta={"control_id": "AN-01"}) }}
-- Guards against what no rule foresees: a batch that ran twice, a decimal point that moved, a price
-- list loaded for the wrong entity. A day is compared with the median of its weekday; days without
-- invoices are left out, opening items too, of whose days only the rest was delivered. Where half of
-- the days are alike, a small share of the median takes the place of their deviation.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    days_invoiced as (
        select
            documents.legal_entity_id,
            documents.posting_date,
            extract(dow from documents.posting_date) as weekday,
            count(*) as invoices,
            sum(coalesce(documents.net_functional, documents.gross_functional)) as invoiced
        from documents
        inner join as_of on documents.posting_date <= as_of.as_of
        where documents.doc_type <> 'credit_memo' and not documents.is_opening_item
        group by documents.legal_entity_id, documents.posting_date
    ),

    days_ranked as (
        select
            *,
            row_number() over (partition by legal_entity_id, weekday order by invoiced) as value_rank,
            count(*) over (partition by legal_entity_id, weekday) as days
        from days_invoiced
        where invoiced is not null
    ),

    medians_taken as (
        select
            legal_entity_id, weekday, cast((min(invoiced) + max(invoiced)) * 0.5 as decimal(18, 4)) as median
        from days_ranked
        where 2 * value_rank >= days and 2 * value_rank <= days + 2
        group by legal_entity_id, weekday
    ),

    deviations_ranked as (
        select
            days_ranked.*,
            medians_taken.median,
            abs(days_ranked.invoiced - medians_taken.median) as deviation,
            row_number() over (
                partition by days_ranked.legal_entity_id, days_ranked.weekday
                order by abs(days_ranked.invoiced - medians_taken.median)
            ) as deviation_rank
        from days_ranked
        inner join
            medians_taken
            on days_ranked.legal_entity_id = medians_taken.legal_entity_id
            and days_ranked.weekday = medians_taken.weekday
    ),

    median_deviations_taken as (
        select
            legal_entity_id,
            weekday,
            cast((min(deviation) + max(deviation)) * 0.5 as decimal(18, 4)) as median_deviation
        from deviations_ranked
        where 2 * deviation_rank >= days and 2 * deviation_rank <= days + 2
        group by legal_entity_id, weekday
    ),

    days_judged as (
        select
            deviations_ranked.*,
            median_deviations_taken.median_deviation,
            cast(
                greatest(
                    median_deviations_taken.median_deviation,
                    abs(deviations_ranked.median) * {{ limit_of("AN-01", "least_deviation") }}
                ) as decimal(18, 4)
            ) as usual_deviation
        from deviations_ranked
        inner join
            median_deviations_taken
            on deviations_ranked.legal_entity_id = median_deviations_taken.legal_entity_id
            and deviations_ranked.weekday = median_deviations_taken.weekday
        where deviations_ranked.days >= {{ limit_of("AN-01", "minimum_days") }}
    ),

    failing_rows as (
        select
            'AN-01' as control_id,
            posting_date as as_of,
            legal_entity_id,
            legal_entity_id || ' ' || cast(posting_date as string) as business_key,
            cast(deviation as decimal(18, 4)) as amount_at_risk,
            cast(median as string)
            || ' more or less '
            || cast(
                cast({{ times("usual_deviation", tolerance_of("AN-01")) }} as decimal(18, 2)) as string
            ) as expected,
            cast(invoiced as string) as actual,
            cast(invoiced - median as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            invoices,
            days,
            cast(deviation / nullif(usual_deviation, 0) as decimal(18, 2)) as z
        from days_judged
        where deviation > {{ times("usual_deviation", tolerance_of("AN-01")) }}
    )

select *
from failing_rows
