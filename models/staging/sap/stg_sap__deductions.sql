-- What customer payment documents charge to the result and to tax instead of the bank: discounts
-- taken, small differences, and in company currency the exchange difference.
with

    receivable_items as (select * from {{ ref("stg_sap__receivable_items") }}),

    posted_lines as (select * from {{ ref("stg_sap__posted_lines") }}),

    payers_ranked as (
        select
            source_system,
            document_id,
            owner_id,
            row_number() over (
                partition by source_system, document_id order by sum(amount), owner_id
            ) as payer_rank
        from receivable_items
        where owner_type = 'payment'
        group by source_system, document_id, owner_id
    ),

    deductions_summed as (
        select
            payers_ranked.source_system,
            payers_ranked.owner_id as payment_id,
            cast(sum(posted_lines.amount) as decimal(18, 4)) as amount,
            cast(sum(posted_lines.amount_functional) as decimal(18, 4)) as amount_functional
        from payers_ranked
        inner join
            posted_lines
            on payers_ranked.source_system = posted_lines.source_system
            and payers_ranked.document_id = posted_lines.document_id
        where payers_ranked.payer_rank = 1 and (posted_lines.is_result or posted_lines.is_tax)
        group by payers_ranked.source_system, payers_ranked.owner_id
    )

select *
from deductions_summed
