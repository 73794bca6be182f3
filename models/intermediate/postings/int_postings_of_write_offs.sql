-- Debit the allowance net, debit tax (relief), credit receivables at the value of what the document
-- loses.
with

    write_offs as (select * from {{ ref("int_write_offs") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receivable_movements as (select * from {{ ref("int_receivable_movements") }}),

    write_offs_valued as (
        select
            write_offs.*,
            - receivable_movements.functional_change as relieved_functional,
            {{ translate("write_offs.tax", "documents.fx_rate", "documents.functional_minor_units") }}
            as tax_functional
        from write_offs
        inner join
            receivable_movements
            on write_offs.write_off_key = receivable_movements.movement_key
            and receivable_movements.movement_type = 'write_off'
        inner join documents on write_offs.document_key = documents.document_key
        where not write_offs.is_opening_item
    ),

    postings_named as (
        select
            'B2-20' as rule_id,
            write_offs_valued.source_system,
            'write_off' as source_type,
            write_offs_valued.write_off_id as source_doc_id,
            write_offs_valued.legal_entity_id,
            sides.role,
            cast(null as string) as account_id,
            case
                sides.role
                when 'allowance'
                then write_offs_valued.relieved_functional - write_offs_valued.tax_functional
                when 'tax'
                then write_offs_valued.tax_functional
                else - write_offs_valued.relieved_functional
            end as amount,
            write_offs_valued.posting_date
        from write_offs_valued
        cross join
            (
                select 'allowance' as role
                union all
                select 'tax' as role
                union all
                select 'ar' as role
            ) as sides
    )

select *
from postings_named
where amount <> 0
