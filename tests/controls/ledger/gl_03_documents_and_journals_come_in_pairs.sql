{{ config(alias="gl_03", meta={"control_id": "GL-03"}) }}
-- Guards completeness and occurrence of whole documents: one without a journal is missing from
-- every statement, a journal without a document is revenue, cash or a claim that nobody can show.
-- Journals of types that no document stands behind must not touch receivables, unapplied cash or
-- the contract balances. What cancels out on every account, opening balances and month-end
-- postings need no document, and nothing is judged by documents that no source delivers.
with

    differences as (select * from {{ ref("rpt_posting_differences") }}),

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    source_documents as (select * from {{ ref("int_source_documents") }}),

    documented_types as (select * from {{ ref("int_documented_source_types") }}),

    source_types as (select * from {{ ref("posting_source_types") }}),

    expected_postings as (select * from {{ ref("int_expected_postings") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    documents_without_booking as (
        select differences.legal_entity_id, differences.source_doc_id
        from differences
        inner join judged_ledgers on differences.legal_entity_id = judged_ledgers.legal_entity_id
        where differences.cause = 'missing_journal'
        group by differences.legal_entity_id, differences.source_doc_id
    ),

    documents_without_journal as (
        -- month-end postings have no document
        select
            documents_without_booking.legal_entity_id,
            documents_without_booking.source_doc_id,
            documented_types.object,
            min(expected_postings.source_type) as source_type,
            min(expected_postings.posting_date) as posting_date,
            sum(case when expected_postings.amount > 0 then expected_postings.amount else 0 end) as debits,
            sum(case when expected_postings.amount < 0 then - expected_postings.amount else 0 end) as credits
        from documents_without_booking
        inner join
            expected_postings
            on documents_without_booking.legal_entity_id = expected_postings.legal_entity_id
            and documents_without_booking.source_doc_id = expected_postings.source_doc_id
        inner join documented_types on expected_postings.source_type = documented_types.source_type
        cross join as_of
        where expected_postings.posting_date <= as_of.as_of
        group by
            documents_without_booking.legal_entity_id,
            documents_without_booking.source_doc_id,
            documented_types.object
    ),

    journals_in_question as (
        select differences.legal_entity_id, differences.source_doc_id as document_named
        from differences
        where differences.cause = 'journal_without_document'
        union
        select
            journal_lines.legal_entity_id,
            coalesce(journal_lines.source_doc_id, journal_lines.journal_id) as document_named
        from journal_lines
        where
            journal_lines.control_of in ('ar', 'unapplied', 'unbilled', 'deferred')
            and journal_lines.source_type not in (
                select called_for.source_type
                from source_types as called_for
                where called_for.has_expected_side
            )
    ),

    lines_in_question as (
        select
            journal_lines.*,
            journals_in_question.document_named,
            documented_types.object,
            coalesce(documented_types.is_delivered, false) as is_delivered,
            coalesce(
                journal_lines.control_of in ('ar', 'unapplied', 'unbilled', 'deferred'), false
            ) as is_control_account
        from journals_in_question
        inner join judged_ledgers on journals_in_question.legal_entity_id = judged_ledgers.legal_entity_id
        inner join
            journal_lines
            on journals_in_question.legal_entity_id = journal_lines.legal_entity_id
            and journals_in_question.document_named
            = coalesce(journal_lines.source_doc_id, journal_lines.journal_id)
        cross join as_of
        left join documented_types on journal_lines.source_type = documented_types.source_type
        left join source_types on journal_lines.source_type = source_types.source_type
        where
            journal_lines.posting_date <= as_of.as_of
            and not coalesce(source_types.is_month_end, false)
            and (
                journal_lines.source_type <> 'opening'
                or journal_lines.posting_date > judged_ledgers.first_journal_date
            )
    ),

    accounts_booked as (
        select
            legal_entity_id,
            coalesce(object, source_type) as kind_of_document,
            document_named,
            account_id,
            min(object) as object,
            bool_and(is_delivered) as is_delivered,
            bool_or(is_control_account) as is_control_account,
            min(source_type) as source_type,
            min(journal_id) as journal_id,
            min(created_by) as created_by,
            min(posting_date) as posting_date,
            min(source_system) as source_system,
            min(source_file) as source_file,
            min(source_line) as source_line,
            sum(amount) as amount
        from lines_in_question
        group by legal_entity_id, coalesce(object, source_type), document_named, account_id
        having sum(amount) <> 0
    ),

    journals_booked as (
        select
            legal_entity_id,
            document_named,
            min(object) as object,
            bool_and(is_delivered) as is_delivered,
            bool_or(is_control_account) as touches_control_account,
            coalesce(min(case when is_control_account then account_id end), min(account_id)) as account_id,
            min(source_type) as source_type,
            min(journal_id) as journal_id,
            min(created_by) as created_by,
            min(posting_date) as posting_date,
            min(source_system) as source_system,
            min(source_file) as source_file,
            min(source_line) as source_line,
            sum(case when amount > 0 then amount else 0 end) as debits,
            sum(case when amount < 0 then - amount else 0 end) as credits
        from accounts_booked
        group by legal_entity_id, kind_of_document, document_named
    ),

    journals_without_document as (
        select journals_booked.*
        from journals_booked
        left join
            source_documents
            on journals_booked.legal_entity_id = source_documents.legal_entity_id
            and journals_booked.object = source_documents.object
            and journals_booked.document_named = source_documents.source_doc_id
        where
            source_documents.source_doc_id is null
            and (
                journals_booked.is_delivered
                or (journals_booked.object is null and journals_booked.touches_control_account)
            )
    ),

    lineage_of_documents as (
        select
            documents_without_journal.legal_entity_id,
            documents_without_journal.source_doc_id,
            documents_without_journal.object,
            min(source_documents.source_system) as source_system,
            min(source_documents.source_file) as source_file,
            min(source_documents.source_line) as source_line
        from documents_without_journal
        inner join
            source_documents
            on documents_without_journal.legal_entity_id = source_documents.legal_entity_id
            and documents_without_journal.object = source_documents.object
            and documents_without_journal.source_doc_id = source_documents.source_doc_id
        group by
            documents_without_journal.legal_entity_id,
            documents_without_journal.source_doc_id,
            documents_without_journal.object
    ),

    findings_unioned as (
        select
            documents_without_journal.legal_entity_id,
            documents_without_journal.source_doc_id,
            'document without journal' as cause,
            'a journal' as expected,
            -1 as sign,
            greatest(documents_without_journal.debits, documents_without_journal.credits) as amount,
            documents_without_journal.source_type,
            cast(null as string) as journal_id,
            cast(null as string) as account_id,
            cast(null as string) as created_by,
            documents_without_journal.posting_date,
            lineage_of_documents.source_system,
            lineage_of_documents.source_file,
            lineage_of_documents.source_line
        from documents_without_journal
        left join
            lineage_of_documents
            on documents_without_journal.legal_entity_id = lineage_of_documents.legal_entity_id
            and documents_without_journal.source_doc_id = lineage_of_documents.source_doc_id
            and documents_without_journal.object = lineage_of_documents.object
        union all
        select
            legal_entity_id,
            document_named as source_doc_id,
            'journal without document' as cause,
            case
                when object is null
                then 'nothing on a control account without a document'
                else 'a document in ' || object
            end as expected,
            1 as sign,
            greatest(debits, credits) as amount,
            source_type,
            journal_id,
            account_id,
            created_by,
            posting_date,
            source_system,
            source_file,
            source_line
        from journals_without_document
    ),

    failing_rows as (
        select
            'GL-03' as control_id,
            as_of.as_of,
            findings_unioned.legal_entity_id,
            findings_unioned.source_doc_id as business_key,
            cast(findings_unioned.amount as decimal(18, 4)) as amount_at_risk,
            findings_unioned.expected,
            'none' as actual,
            cast(findings_unioned.sign * findings_unioned.amount as decimal(18, 4)) as difference,
            findings_unioned.source_system,
            findings_unioned.source_file,
            findings_unioned.source_line,
            findings_unioned.cause,
            findings_unioned.source_type,
            findings_unioned.journal_id,
            findings_unioned.account_id,
            findings_unioned.created_by,
            findings_unioned.posting_date,
            {{ period_of("findings_unioned.posting_date") }} as period
        from findings_unioned
        cross join as_of
    )

select *
from failing_rows
