-- What came of business, by the week in which it was placed and the week in which it came, with the
-- days from and before which that is known: cash received, and net amounts billed, credit memos
-- deducted.
with

    placed_documents as (select * from {{ ref("int_forecast_placed_documents") }}),

    reductions as (select * from {{ ref("int_forecast_reductions") }}),

    outcomes_unioned as (
        select
            'cash' as measure,
            placed_documents.legal_entity_id,
            placed_documents.currency,
            placed_documents.business_week,
            {{ week_start_of("reductions.paid_on") }} as outcome_week,
            reductions.counts_from,
            reductions.counts_before,
            reductions.cash_amount as amount
        from reductions
        inner join placed_documents on reductions.document_key = placed_documents.document_key
        where reductions.kind in ('cash', 'clearing') and not placed_documents.is_credit_memo
        union all
        select
            'billed' as measure,
            legal_entity_id,
            currency,
            business_week,
            {{ week_start_of("posting_date") }} as outcome_week,
            known_from as counts_from,
            known_before as counts_before,
            net as amount
        from placed_documents
        where not is_opening_item
    ),

    outcomes_summed as (
        select
            measure,
            legal_entity_id,
            currency,
            business_week,
            outcome_week,
            counts_from,
            counts_before,
            {{ exact_sum("cast(amount as double)") }} as amount
        from outcomes_unioned
        group by measure, legal_entity_id, currency, business_week, outcome_week, counts_from, counts_before
    )

select *
from outcomes_summed
