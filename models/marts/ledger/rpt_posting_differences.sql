-- Where the books differ from what the documents call for, and why. Booked journals of source types
-- without a document in the extracts have no expected side; month-end postings are compared by type,
-- account and period.
with

    expected_postings as (select * from {{ ref("int_expected_postings") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    lines_of_both_sides as (
        select
            expected_postings.legal_entity_id,
            expected_postings.source_doc_id,
            expected_postings.account_id,
            expected_postings.period,
            expected_postings.amount as expected,
            cast(0 as decimal(18, 4)) as booked
        from expected_postings
        cross join as_of
        inner join legal_entities on expected_postings.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger = 'booked' and expected_postings.posting_date <= as_of.as_of
        union all
        select
            journal_lines.legal_entity_id,
            case
                when source_types.is_month_end
                then journal_lines.source_type || '-' || journal_lines.period
                else coalesce(journal_lines.source_doc_id, journal_lines.journal_id)
            end as source_doc_id,
            journal_lines.account_id,
            journal_lines.period,
            cast(0 as decimal(18, 4)) as expected,
            journal_lines.amount as booked
        from journal_lines
        cross join as_of
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        inner join
            {{ ref("posting_source_types") }} as source_types
            on journal_lines.source_type = source_types.source_type
        where
            legal_entities.ledger = 'booked'
            and source_types.has_expected_side
            and journal_lines.posting_date <= as_of.as_of
    ),

    sides_summed as (
        select
            legal_entity_id,
            source_doc_id,
            account_id,
            period,
            sum(expected) as expected,
            sum(booked) as booked
        from lines_of_both_sides
        group by legal_entity_id, source_doc_id, account_id, period
    ),

    documents_that_differ as (
        select distinct legal_entity_id, source_doc_id from sides_summed where booked <> expected
    ),

    -- only these need a cause; the windows over all documents took 5 s more for 6 million postings
    sides_of_documents_that_differ as (
        select sides_summed.*
        from sides_summed
        inner join
            documents_that_differ
            on sides_summed.legal_entity_id = documents_that_differ.legal_entity_id
            and sides_summed.source_doc_id = documents_that_differ.source_doc_id
    ),

    documents_judged as (
        select
            *,
            max(abs(booked)) over (partition by legal_entity_id, source_doc_id) = 0 as has_nothing_booked,
            max(abs(expected)) over (partition by legal_entity_id, source_doc_id) = 0 as is_not_called_for,
            sum(expected) over (partition by legal_entity_id, source_doc_id, account_id) = sum(booked) over (
                partition by legal_entity_id, source_doc_id, account_id
            ) as is_same_over_periods
        from sides_of_documents_that_differ
    ),

    differences_named as (
        select
            legal_entity_id,
            source_doc_id,
            account_id,
            period,
            cast(expected as decimal(18, 4)) as expected,
            cast(booked as decimal(18, 4)) as booked,
            cast(booked - expected as decimal(18, 4)) as difference,
            case
                when has_nothing_booked
                then 'missing_journal'
                when is_not_called_for
                then 'journal_without_document'
                when is_same_over_periods
                then 'period'
                else 'amount'
            end as cause
        from documents_judged
        where booked <> expected
    )

select *
from differences_named
