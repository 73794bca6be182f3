{{ config(alias="gl_04", meta={"control_id": "GL-04"}) }}
-- Guards amount, account and period of every posting that a document or month end calls for: both
-- sides may balance in themselves and tie in total while single documents are booked wrongly. Two
-- accounts of one role are as good as one; where the chart has no account of a role, nobody can
-- say where it belongs, and where no source delivers a kind of document, what calls for its
-- journals. Both sides of a journal are rows, so amounts at risk add up to debits and credits.
with

    differences as (select * from {{ ref("rpt_posting_differences") }}),

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    documented_types as (select * from {{ ref("int_documented_source_types") }}),

    source_documents as (select * from {{ ref("int_source_documents") }}),

    source_types as (select * from {{ ref("posting_source_types") }}),

    expected_postings as (select * from {{ ref("int_expected_postings") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    ledger_accounts as (select * from {{ ref("int_ledger_accounts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    differences_by_role as (
        -- bank and revenue accounts are named by the document, all others by their role alone
        select
            differences.*,
            sum(differences.difference) over (
                partition by
                    differences.legal_entity_id,
                    differences.source_doc_id,
                    differences.period,
                    case
                        when ledger_accounts.control_of in ('bank', 'revenue')
                        then differences.account_id
                        else coalesce(ledger_accounts.control_of, differences.account_id)
                    end
            ) as difference_of_role
        from differences
        inner join judged_ledgers on differences.legal_entity_id = judged_ledgers.legal_entity_id
        left join
            ledger_accounts
            on differences.legal_entity_id = ledger_accounts.legal_entity_id
            and differences.account_id = ledger_accounts.account_id
    ),

    differences_found as (
        select *
        from differences_by_role
        where
            abs(difference) > {{ tolerance_of("GL-04") }}
            and abs(difference_of_role) > {{ tolerance_of("GL-04") }}
    ),

    documents_in_question as (select distinct legal_entity_id, source_doc_id from differences_found),

    journals_named as (
        select
            journal_lines.*,
            case
                when source_types.is_month_end
                then journal_lines.source_type || '-' || journal_lines.period
                else coalesce(journal_lines.source_doc_id, journal_lines.journal_id)
            end as document_named
        from journal_lines
        inner join source_types on journal_lines.source_type = source_types.source_type
        where source_types.has_expected_side
    ),

    journals_of_documents as (
        select
            documents_in_question.legal_entity_id,
            documents_in_question.source_doc_id,
            min(journals_named.journal_id) as journal_id,
            min(journals_named.created_by) as created_by,
            bool_or(coalesce(documented_types.is_delivered, true)) as is_documented,
            min(journals_named.source_system) as source_system,
            min(journals_named.source_file) as source_file,
            min(journals_named.source_line) as source_line
        from documents_in_question
        inner join
            journals_named
            on documents_in_question.legal_entity_id = journals_named.legal_entity_id
            and documents_in_question.source_doc_id = journals_named.document_named
        left join documented_types on journals_named.source_type = documented_types.source_type
        group by documents_in_question.legal_entity_id, documents_in_question.source_doc_id
    ),

    documents_without_account as (
        -- the chart has no account of a role that the document calls for
        select distinct documents_in_question.legal_entity_id, documents_in_question.source_doc_id
        from documents_in_question
        inner join
            expected_postings
            on documents_in_question.legal_entity_id = expected_postings.legal_entity_id
            and documents_in_question.source_doc_id = expected_postings.source_doc_id
        where expected_postings.is_account_assumed
    ),

    lineage_of_documents as (
        select
            documents_in_question.legal_entity_id,
            documents_in_question.source_doc_id,
            min(source_documents.source_system) as source_system,
            min(source_documents.source_file) as source_file,
            min(source_documents.source_line) as source_line
        from documents_in_question
        inner join
            source_documents
            on documents_in_question.legal_entity_id = source_documents.legal_entity_id
            and documents_in_question.source_doc_id = source_documents.source_doc_id
        group by documents_in_question.legal_entity_id, documents_in_question.source_doc_id
        having count(distinct source_documents.object) = 1
    ),

    failing_rows as (
        select
            'GL-04' as control_id,
            least({{ month_end("cast(differences_found.period || '-01' as date)") }}, as_of.as_of) as as_of,
            differences_found.legal_entity_id,
            differences_found.source_doc_id
            || ' / '
            || coalesce(differences_found.account_id, 'no account')
            || ' / '
            || differences_found.period as business_key,
            abs(differences_found.difference) as amount_at_risk,
            cast(differences_found.expected as string) as expected,
            cast(differences_found.booked as string) as actual,
            differences_found.difference,
            coalesce(
                journals_of_documents.source_system, lineage_of_documents.source_system
            ) as source_system,
            coalesce(journals_of_documents.source_file, lineage_of_documents.source_file) as source_file,
            coalesce(journals_of_documents.source_line, lineage_of_documents.source_line) as source_line,
            differences_found.cause,
            differences_found.source_doc_id,
            differences_found.account_id,
            differences_found.period,
            journals_of_documents.journal_id,
            journals_of_documents.created_by
        from differences_found
        cross join as_of
        left join
            journals_of_documents
            on differences_found.legal_entity_id = journals_of_documents.legal_entity_id
            and differences_found.source_doc_id = journals_of_documents.source_doc_id
        left join
            lineage_of_documents
            on differences_found.legal_entity_id = lineage_of_documents.legal_entity_id
            and differences_found.source_doc_id = lineage_of_documents.source_doc_id
        left join
            documents_without_account
            on differences_found.legal_entity_id = documents_without_account.legal_entity_id
            and differences_found.source_doc_id = documents_without_account.source_doc_id
        where
            differences_found.cause = 'missing_journal'
            or (
                differences_found.cause = 'journal_without_document'
                and coalesce(journals_of_documents.is_documented, true)
            )
            or (
                differences_found.cause in ('amount', 'period')
                and documents_without_account.source_doc_id is null
            )
    )

select *
from failing_rows
