-- Where the books differ from what the documents call for, and why. Booked journals of source types
-- without a document in the extracts have no expected side; month-end postings are compared by type,
-- account and period.
with

    expected_postings as (select * from {{ ref("int_expected_postings") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    expected_summed as (
        select legal_entity_id, source_doc_id, account_id, period, sum(amount) as expected
        from expected_postings
        group by legal_entity_id, source_doc_id, account_id, period
    ),

    booked_lines as (
        select
            journal_lines.legal_entity_id,
            case
                when source_types.is_month_end
                then journal_lines.source_type || '-' || journal_lines.period
                else coalesce(journal_lines.source_doc_id, journal_lines.journal_id)
            end as source_doc_id,
            journal_lines.account_id,
            journal_lines.period,
            journal_lines.amount
        from journal_lines
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        inner join
            {{ ref("posting_source_types") }} as source_types
            on journal_lines.source_type = source_types.source_type
        where legal_entities.ledger = 'booked' and source_types.has_expected_side
    ),

    booked_summed as (
        select legal_entity_id, source_doc_id, account_id, period, sum(amount) as booked
        from booked_lines
        group by legal_entity_id, source_doc_id, account_id, period
    ),

    sides_joined as (
        select
            coalesce(expected_summed.legal_entity_id, booked_summed.legal_entity_id) as legal_entity_id,
            coalesce(expected_summed.source_doc_id, booked_summed.source_doc_id) as source_doc_id,
            coalesce(expected_summed.account_id, booked_summed.account_id) as account_id,
            coalesce(expected_summed.period, booked_summed.period) as period,
            coalesce(expected_summed.expected, 0) as expected,
            coalesce(booked_summed.booked, 0) as booked
        from expected_summed
        full outer join
            booked_summed
            on expected_summed.legal_entity_id = booked_summed.legal_entity_id
            and expected_summed.source_doc_id = booked_summed.source_doc_id
            and expected_summed.account_id = booked_summed.account_id
            and expected_summed.period = booked_summed.period
    ),

    sides_of_booked_entities as (
        select sides_joined.*
        from sides_joined
        inner join legal_entities on sides_joined.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger = 'booked'
    ),

    documents_judged as (
        select
            *,
            max(abs(booked)) over (partition by legal_entity_id, source_doc_id) = 0 as has_nothing_booked,
            max(abs(expected)) over (partition by legal_entity_id, source_doc_id) = 0 as is_not_called_for,
            sum(expected) over (partition by legal_entity_id, source_doc_id, account_id) = sum(booked) over (
                partition by legal_entity_id, source_doc_id, account_id
            ) as is_same_over_periods
        from sides_of_booked_entities
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
