-- Debit unapplied cash (or the credit memo within receivables), debit discount and its tax, credit
-- receivables at the document's rate; what then does not balance is the realised exchange
-- difference.
-- A view, since int_expected_postings alone reads it, and stores it.
{{ config(materialized="view") }}

with

    applications_valued as (
        select *
        from {{ ref("int_applications_valued") }}
        where source_type <> 'write_off' and not is_opening_item
    ),

    postings_named as (
        select
            case
                when applications_valued.source_type = 'credit_memo'
                then 'B2-19'
                when applications_valued.discount <> 0
                then 'B2-12'
                when applications_valued.fx_difference <> 0
                then 'B2-22'
                else 'B2-11'
            end as rule_id,
            applications_valued.source_system,
            'application' as source_type,
            applications_valued.application_id as source_doc_id,
            applications_valued.legal_entity_id,
            sides.role,
            cast(null as string) as account_id,
            case
                sides.side
                when 'paid'
                then coalesce(applications_valued.cash_functional, 0)
                when 'memo'
                then coalesce(applications_valued.memo_functional, 0)
                when 'discount'
                then applications_valued.discount_functional - applications_valued.discount_tax_functional
                when 'tax'
                then applications_valued.discount_tax_functional
                when 'relieved'
                then - applications_valued.amount_functional_relieved
                else - applications_valued.fx_difference
            end as amount,
            applications_valued.posting_date
        from applications_valued
        cross join
            (
                select 'paid' as side, 'unapplied' as role
                union all
                select 'memo' as side, 'ar' as role
                union all
                select 'discount' as side, 'discount' as role
                union all
                select 'tax' as side, 'tax' as role
                union all
                select 'relieved' as side, 'ar' as role
                union all
                select 'difference' as side, 'fx_realised' as role
            ) as sides
    )

select *
from postings_named
where amount <> 0
