-- What settles a document: on the clearing date, the receipt or credit memo that its clearing names.
-- A payment in part that names its invoice counts from its own posting date, and the rest that a
-- receipt leaves open is taken off again; when the clearing comes, only what is not yet counted is
-- added. A clearing without a receipt moves no cash.
with

    receivable_items as (select * from {{ ref("stg_sap__receivable_items") }}),

    clearing_matches as (select * from {{ ref("stg_sap__clearing_matches") }}),

    deductions as (select * from {{ ref("stg_sap__deductions") }}),

    cleared_items_ranked as (
        select
            *,
            row_number() over (
                partition by source_system, clearing_id, item_type, item_owner_id
                order by document_id, item_number
            ) as item_rank
        from receivable_items
        where clearing_id is not null and clearing_date is not null
    ),

    clearings_matched as (
        select
            clearing_matches.source_system,
            clearing_matches.clearing_id,
            case
                clearing_matches.credit_type when 'payment' then 'payment' else 'credit_memo'
            end as source_type,
            clearing_matches.credit_id as source_id,
            clearing_matches.debit_id as doc_id,
            debits.clearing_date as posting_date,
            clearing_matches.amount,
            debits.updated_at,
            debits.source_file,
            debits.source_line,
            debits.batch_id,
            debits.extracted_at,
            debits.recorded_at,
            debits.clearing_first_extracted_at,
            debits.is_clearing_in_first_delivery
        from clearing_matches
        inner join
            cleared_items_ranked as debits
            on clearing_matches.source_system = debits.source_system
            and clearing_matches.clearing_id = debits.clearing_id
            and clearing_matches.debit_type = debits.item_type
            and clearing_matches.debit_id = debits.item_owner_id
            and debits.item_rank = 1
        where clearing_matches.debit_type = 'document'
    ),

    invoices_named_by_receipts as (
        select
            source_system,
            document_id as clearing_id,
            'payment' as source_type,
            owner_id as source_id,
            invoice_id as doc_id,
            posting_date,
            cast(- amount as decimal(18, 4)) as amount,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            document_first_extracted_at as clearing_first_extracted_at,
            is_document_in_first_delivery as is_clearing_in_first_delivery
        from receivable_items
        where
            owner_type = 'payment'
            and invoice_id is not null
            and (amount > 0 or clearing_id is distinct from document_id)
    ),

    partial_payments_cleared as (
        select
            source_system,
            clearing_id,
            'payment' as source_type,
            owner_id as source_id,
            invoice_id as doc_id,
            clearing_date as posting_date,
            amount,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            clearing_first_extracted_at,
            is_clearing_in_first_delivery
        from receivable_items
        where
            owner_type = 'payment'
            and invoice_id is not null
            and amount < 0
            and clearing_date is not null
            and clearing_id is distinct from document_id
    ),

    parts_unioned as (
        select *
        from clearings_matched
        union all
        select *
        from invoices_named_by_receipts
        union all
        select *
        from partial_payments_cleared
    ),

    parts_ranked as (
        select
            *,
            sum(amount) over (
                partition by source_system, clearing_id, source_type, source_id, doc_id
            ) as total_amount,
            row_number() over (
                partition by source_system, clearing_id, source_type, source_id, doc_id
                order by amount desc, posting_date, source_file, source_line
            ) as part_rank
        from parts_unioned
    ),

    applications_ranked as (
        select
            *,
            row_number() over (
                partition by source_system, source_type, source_id
                order by total_amount desc, posting_date, doc_id
            ) as application_rank
        from parts_ranked
        where part_rank = 1 and total_amount <> 0
    ),

    discounts_placed as (
        select
            applications_ranked.source_system,
            applications_ranked.clearing_id
            || ':'
            || applications_ranked.source_id
            || ':'
            || applications_ranked.doc_id as application_id,
            applications_ranked.source_type,
            applications_ranked.source_id,
            applications_ranked.doc_id,
            applications_ranked.posting_date,
            cast(applications_ranked.total_amount as decimal(18, 4)) as amount,
            case when applications_ranked.application_rank = 1 then deductions.amount end as discount,
            applications_ranked.updated_at,
            applications_ranked.source_file,
            applications_ranked.source_line,
            applications_ranked.batch_id,
            applications_ranked.extracted_at,
            applications_ranked.recorded_at,
            {{ sap_known_at("applications_ranked.posting_date", "clearing") }}
        from applications_ranked
        left join
            deductions
            on applications_ranked.source_system = deductions.source_system
            and applications_ranked.source_type = 'payment'
            and applications_ranked.source_id = deductions.payment_id
    )

select *
from discounts_placed
