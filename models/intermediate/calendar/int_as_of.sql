-- The date at whose end everything is taken: what the run asks for, else the company's setting, else
-- the last posting date found in the data. Never today's date.
with

    settings as (select * from {{ ref("stg_registry__settings") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    applications as (select * from {{ ref("int_applications") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    write_offs as (select * from {{ ref("int_write_offs") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    posting_dates_unioned as (
        select max(posting_date) as posting_date
        from documents
        union all
        select max(posting_date) as posting_date
        from receipts
        union all
        select max(posting_date) as posting_date
        from applications
        union all
        select max(posting_date) as posting_date
        from refunds
        union all
        select max(posting_date) as posting_date
        from write_offs
        union all
        select max(posting_date) as posting_date
        from journal_lines
        where source_type <> 'fx_revaluation_reversal'
    ),

    as_of_chosen as (
        select
            coalesce(
                settings.as_of_requested, settings.as_of, max(posting_dates_unioned.posting_date)
            ) as as_of,
            case
                when settings.as_of_requested is not null
                then 'requested'
                when settings.as_of is not null
                then 'company setting'
                else 'last posting date'
            end as chosen_by
        from settings
        cross join posting_dates_unioned
        group by settings.as_of_requested, settings.as_of
    )

select *
from as_of_chosen
