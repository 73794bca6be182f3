-- Which source documents make the difference between a control account and its subledger, for
-- unbilled, deferred and tax: where the totals of a report date differ, every document whose two
-- sides differ, once, with the report dates from the first to the last at which they do.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    sides as (select * from {{ ref("int_control_account_sides") }}),

    source_documents as (select * from {{ ref("int_source_documents") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    days_that_differ as (
        select legal_entity_id, control_account, change_date, sum(subledger - ledger) as difference
        from sides
        group by legal_entity_id, control_account, change_date
        having sum(subledger - ledger) <> 0
    ),

    breaks_found as (
        select report_dates.as_of, days_that_differ.legal_entity_id, days_that_differ.control_account
        from days_that_differ
        inner join legal_entities on days_that_differ.legal_entity_id = legal_entities.legal_entity_id
        inner join
            report_dates
            on days_that_differ.legal_entity_id = report_dates.legal_entity_id
            and days_that_differ.change_date <= report_dates.as_of
        where legal_entities.ledger <> 'derived'
        group by report_dates.as_of, days_that_differ.legal_entity_id, days_that_differ.control_account
        having sum(days_that_differ.difference) <> 0
    ),

    sides_compared as (
        select
            breaks_found.as_of,
            breaks_found.legal_entity_id,
            breaks_found.control_account,
            sides.source_doc_id,
            min(sides.order_line_key) as order_line_key,
            min(sides.journal_id) as journal_id,
            sum(sides.subledger) as subledger,
            sum(sides.ledger) as ledger,
            min(sides.source_system) as source_system,
            min(sides.source_file) as source_file,
            min(sides.source_line) as source_line
        from breaks_found
        inner join
            sides
            on breaks_found.legal_entity_id = sides.legal_entity_id
            and breaks_found.control_account = sides.control_account
            and breaks_found.as_of >= sides.change_date
        group by
            breaks_found.as_of,
            breaks_found.legal_entity_id,
            breaks_found.control_account,
            sides.source_doc_id
    ),

    dates_ranked as (
        select
            *,
            row_number() over (
                partition by legal_entity_id, control_account, source_doc_id order by as_of desc
            ) as date_rank,
            min(as_of) over (partition by legal_entity_id, control_account, source_doc_id) as first_as_of
        from sides_compared
        where subledger <> ledger
    ),

    agreements_found as (
        -- sides that differ at an earlier date only were booked in another period
        select accounts_in_break.legal_entity_id, accounts_in_break.control_account, sides.source_doc_id
        from (select distinct legal_entity_id, control_account from breaks_found) as accounts_in_break
        cross join as_of
        inner join
            sides
            on accounts_in_break.legal_entity_id = sides.legal_entity_id
            and accounts_in_break.control_account = sides.control_account
            and as_of.as_of >= sides.change_date
        group by accounts_in_break.legal_entity_id, accounts_in_break.control_account, sides.source_doc_id
        having sum(sides.subledger) = sum(sides.ledger)
    ),

    documents_named as (
        select
            dates_ranked.legal_entity_id,
            dates_ranked.control_account,
            dates_ranked.source_doc_id,
            dates_ranked.order_line_key,
            dates_ranked.journal_id,
            dates_ranked.first_as_of,
            dates_ranked.as_of as last_as_of,
            cast(dates_ranked.subledger as decimal(18, 4)) as subledger,
            cast(dates_ranked.ledger as decimal(18, 4)) as ledger,
            case
                when agreements_found.source_doc_id is not null
                then 'other period'
                when dates_ranked.ledger = 0
                then 'nothing booked'
                when dates_ranked.subledger = 0
                then 'booked without document'
                else 'amounts differ'
            end as cause,
            dates_ranked.source_system,
            dates_ranked.source_file,
            dates_ranked.source_line
        from dates_ranked
        left join
            agreements_found
            on dates_ranked.legal_entity_id = agreements_found.legal_entity_id
            and dates_ranked.control_account = agreements_found.control_account
            and dates_ranked.source_doc_id = agreements_found.source_doc_id
        where dates_ranked.date_rank = 1
    ),

    lineage_of_documents as (
        select
            source_documents.legal_entity_id,
            source_documents.source_doc_id,
            min(source_documents.source_system) as source_system,
            min(source_documents.source_file) as source_file,
            min(source_documents.source_line) as source_line
        from source_documents
        inner join
            (select distinct legal_entity_id, source_doc_id from documents_named) as documents_asked_for
            on source_documents.legal_entity_id = documents_asked_for.legal_entity_id
            and source_documents.source_doc_id = documents_asked_for.source_doc_id
        group by source_documents.legal_entity_id, source_documents.source_doc_id
        having count(distinct source_documents.object) = 1
    ),

    lineage_added as (
        select
            documents_named.legal_entity_id,
            documents_named.control_account,
            documents_named.source_doc_id,
            documents_named.order_line_key,
            documents_named.journal_id,
            documents_named.first_as_of,
            documents_named.last_as_of,
            documents_named.subledger,
            documents_named.ledger,
            documents_named.cause,
            coalesce(documents_named.source_system, lineage_of_documents.source_system) as source_system,
            coalesce(documents_named.source_file, lineage_of_documents.source_file) as source_file,
            coalesce(documents_named.source_line, lineage_of_documents.source_line) as source_line
        from documents_named
        left join
            lineage_of_documents
            on documents_named.legal_entity_id = lineage_of_documents.legal_entity_id
            and documents_named.source_doc_id = lineage_of_documents.source_doc_id
    )

select *
from lineage_added
