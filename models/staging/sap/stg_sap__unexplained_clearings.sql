-- Cleared, and so not open, but by nothing that is delivered: the other side of the clearing is not
-- in the extract, or it is no receipt and no credit memo. Signed as the document.
with

    receivable_items as (select * from {{ ref("stg_sap__receivable_items") }}),

    clearing_matches as (select * from {{ ref("stg_sap__clearing_matches") }}),

    cleared_items_ranked as (
        select
            *,
            sum(amount) over (partition by source_system, clearing_id, item_owner_id) as cleared_amount,
            row_number() over (
                partition by source_system, clearing_id, item_owner_id order by document_id, item_number
            ) as item_rank
        from receivable_items
        where item_type = 'document' and clearing_id is not null and clearing_date is not null
    ),

    explanations_unioned as (
        select source_system, clearing_id, debit_id as doc_id, amount
        from clearing_matches
        where debit_type = 'document'
        union all
        select source_system, clearing_id, credit_id as doc_id, - amount as amount
        from clearing_matches
        where credit_type = 'document' and debit_type = 'document'
    ),

    explanations_summed as (
        select source_system, clearing_id, doc_id, sum(amount) as amount
        from explanations_unioned
        group by source_system, clearing_id, doc_id
    ),

    clearings_left_unexplained as (
        select
            cleared_items_ranked.source_system,
            cleared_items_ranked.item_owner_id as doc_id,
            cleared_items_ranked.clearing_id,
            cleared_items_ranked.clearing_date as posting_date,
            cast(
                cleared_items_ranked.cleared_amount
                - coalesce(explanations_summed.amount, 0) as decimal(18, 4)
            ) as amount,
            cleared_items_ranked.updated_at,
            cleared_items_ranked.source_file,
            cleared_items_ranked.source_line,
            cleared_items_ranked.batch_id,
            cleared_items_ranked.extracted_at,
            cleared_items_ranked.recorded_at,
            {{ sap_known_at("cleared_items_ranked.clearing_date", "clearing") }}
        from cleared_items_ranked
        left join
            explanations_summed
            on cleared_items_ranked.source_system = explanations_summed.source_system
            and cleared_items_ranked.clearing_id = explanations_summed.clearing_id
            and cleared_items_ranked.item_owner_id = explanations_summed.doc_id
        where
            cleared_items_ranked.item_rank = 1
            and cleared_items_ranked.cleared_amount <> coalesce(explanations_summed.amount, 0)
    )

select *
from clearings_left_unexplained
