{{
    config(
        materialized="table_function",
        parameters=["as_of", "known_on"],
        contract={"enforced": false},
        persist_docs={"relation": false, "columns": false},
    )
}}
-- What the books showed for one date given only what had been delivered by a moment: versions,
-- deletions and absences that became known later are not seen. A date as the moment means its end,
-- in UTC.
with

    moments_asked as (
        select
            cast(as_of as date) as as_of,
            case
                when length(cast(known_on as string)) = 10
                then cast(cast(known_on as string) || ' 23:59:59.999999' as timestamp)
                else cast(cast(known_on as string) as timestamp)
            end as known_on
    ),

    document_versions_known as (
        select
            versions.*,
            moments_asked.as_of,
            moments_asked.known_on,
            row_number() over (
                partition by versions.document_key order by versions.version_age
            ) as known_rank,
            last_value(versions.absent_from) over (
                partition by versions.document_key
                order by versions.snapshot_at, versions.version_age desc
                rows between unbounded preceding and unbounded following
            ) as absent_from_then
        from {{ ref("int_ar_document_versions") }} as versions
        inner join moments_asked on versions.known_at <= moments_asked.known_on
    ),

    documents_known as (
        select *
        from document_versions_known as versions
        where
            versions.known_rank = 1
            and not versions.is_deleted
            and coalesce(versions.absent_from_then > versions.known_on, true)
            and versions.posting_date <= versions.as_of
            and versions.gross is not null
    ),

    reduction_versions_known as (
        select
            versions.*,
            moments_asked.as_of,
            moments_asked.known_on,
            row_number() over (
                partition by versions.reduction_key order by versions.version_age
            ) as known_rank,
            last_value(versions.absent_from) over (
                partition by versions.reduction_key
                order by versions.snapshot_at, versions.version_age desc
                rows between unbounded preceding and unbounded following
            ) as absent_from_then
        from {{ ref("int_receivable_reduction_versions") }} as versions
        inner join moments_asked on versions.known_at <= moments_asked.known_on
    ),

    reductions_summed as (
        select versions.document_key, sum(versions.amount) as amount
        from reduction_versions_known as versions
        where
            versions.known_rank = 1
            and not versions.is_deleted
            and coalesce(versions.absent_from_then > versions.known_on, true)
            and versions.posting_date <= versions.as_of
        group by versions.document_key
    ),

    rests_taken as (
        select documents_known.*, documents_known.gross + coalesce(reductions_summed.amount, 0) as open_amount
        from documents_known
        left join reductions_summed on documents_known.document_key = reductions_summed.document_key
    ),

    rests_valued as (
        select
            rests_taken.as_of,
            rests_taken.legal_entity_id,
            rests_taken.source_system,
            rests_taken.document_key,
            rests_taken.doc_id,
            rests_taken.doc_type,
            rests_taken.customer_id,
            documents.customer_key,
            rests_taken.document_date,
            rests_taken.posting_date,
            rests_taken.due_date,
            rests_taken.currency,
            rests_taken.fx_rate,
            cast(rests_taken.open_amount as decimal(18, 4)) as open_amount,
            {{
                translate(
                    "rests_taken.open_amount", "rests_taken.fx_rate", "rests_taken.functional_minor_units"
                )
            }} as open_amount_functional,
            {{ days_between("rests_taken.due_date", "rests_taken.as_of") }} as days_past_due,
            {{ days_between("rests_taken.document_date", "rests_taken.as_of") }} as age_days
        from rests_taken
        left join
            {{ ref("int_ar_documents") }} as documents on rests_taken.document_key = documents.document_key
        where rests_taken.open_amount <> 0 and coalesce(documents.receivable_role, 'ar') = 'ar'
    ),

    rests_aged as (
        select
            rests_valued.as_of,
            rests_valued.legal_entity_id,
            rests_valued.source_system,
            rests_valued.document_key,
            rests_valued.doc_id,
            rests_valued.doc_type,
            rests_valued.customer_id,
            rests_valued.customer_key,
            rests_valued.document_date,
            rests_valued.posting_date,
            rests_valued.due_date,
            rests_valued.currency,
            rests_valued.fx_rate,
            rests_valued.open_amount,
            rests_valued.open_amount_functional,
            rests_valued.days_past_due,
            coalesce(due_date_buckets.bucket, 'no_due_date') as due_date_bucket,
            rests_valued.age_days,
            invoice_date_buckets.bucket as invoice_date_bucket
        from rests_valued
        left join
            {{ ref("int_ageing_buckets") }} as due_date_buckets
            on due_date_buckets.basis = 'due_date'
            and rests_valued.days_past_due between due_date_buckets.from_days and due_date_buckets.to_days
        left join
            {{ ref("int_ageing_buckets") }} as invoice_date_buckets
            on invoice_date_buckets.basis = 'invoice_date'
            and rests_valued.age_days between invoice_date_buckets.from_days and invoice_date_buckets.to_days
    )

select *
from rests_aged
