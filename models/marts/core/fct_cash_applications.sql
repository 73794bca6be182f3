-- Debit unapplied cash (or the credit memo), discount and its tax; credit receivables at the
-- document's rate: what then does not balance is the realised exchange difference.
-- A view: the rows stand in int_applications_valued already, and need not be stored twice.
{{ config(materialized="view") }}

with

    applications_valued as (select * from {{ ref("int_applications_valued") }}),

    columns_chosen as (
        select
            application_key,
            source_system,
            application_id,
            source_type,
            source_id,
            receipt_key,
            credit_memo_key,
            document_key,
            doc_id,
            legal_entity_id,
            posting_date,
            amount,
            discount,
            cast(amount_functional_relieved as decimal(18, 4)) as amount_functional_relieved,
            cast(fx_difference as decimal(18, 4)) as fx_difference,
            'given' as method,
            cast(1 as decimal(18, 6)) as confidence,
            is_opening_item,
            {{ lineage() }}
        from applications_valued
    )

select *
from columns_chosen
