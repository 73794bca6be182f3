-- What lowers a document's rest, by the day on which it counts: when it is both posted and known.
-- A version that is replaced later is taken back on the day on which the newer one becomes known.
with

    applications as ({{ union_kinds_with_versions("applications") }}),

    write_offs as ({{ union_kinds_with_versions("write_offs") }}),

    clearings as (select * from {{ ref("int_unexplained_clearings") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    document_versions as (
        select distinct source_system, doc_id, document_key from {{ ref("int_ar_document_versions") }}
    ),

    document_references as ({{ resolved_references("document_versions", "doc_id", "document_key") }}),

    receipt_references as ({{ resolved_references(ref("int_receipts"), "payment_id", "receipt_key") }}),

    written_off_by_themselves as (select distinct source_system, write_off_id from write_offs),

    reductions_unioned as (
        select
            applications.source_system || ':' || applications.application_id as reduction_key,
            applications.source_system,
            applications.doc_id,
            case
                when applications.source_type = 'payment' then 'cash' else applications.source_type
            end as kind,
            - applications.amount as amount,
            case
                when applications.source_type = 'payment'
                then applications.amount - coalesce(applications.discount, 0)
                else 0
            end as cash_amount,
            case
                when applications.source_type = 'payment' then coalesce(applications.discount, 0) else 0
            end as discount,
            case when applications.source_type = 'payment' then applications.source_id end as payment_id,
            applications.posting_date,
            applications.version_age,
            applications.is_deleted,
            applications.absent_from,
            applications.known_at
        from applications
        left join
            written_off_by_themselves
            on applications.source_type = 'write_off'
            and applications.source_system = written_off_by_themselves.source_system
            and applications.source_id = written_off_by_themselves.write_off_id
        where written_off_by_themselves.write_off_id is null
        union all
        select
            source_system || ':' || application_id || ':used' as reduction_key,
            source_system,
            source_id as doc_id,
            'used' as kind,
            amount,
            0 as cash_amount,
            0 as discount,
            cast(null as string) as payment_id,
            posting_date,
            version_age,
            is_deleted,
            absent_from,
            known_at
        from applications
        where source_type = 'credit_memo'
        union all
        select
            source_system || ':' || write_off_id || ':write_off' as reduction_key,
            source_system,
            doc_id,
            'write_off' as kind,
            - (net + tax) as amount,
            0 as cash_amount,
            0 as discount,
            cast(null as string) as payment_id,
            posting_date,
            version_age,
            is_deleted,
            absent_from,
            known_at
        from write_offs
        union all
        select
            clearing_key || ':clearing' as reduction_key,
            source_system,
            doc_id,
            'clearing' as kind,
            - amount as amount,
            amount as cash_amount,
            0 as discount,
            cast(null as string) as payment_id,
            posting_date,
            1 as version_age,
            false as is_deleted,
            cast(null as timestamp) as absent_from,
            known_at
        from clearings
    ),

    spans_taken as (
        select
            *,
            cast(known_at as date) as known_from,
            least(
                coalesce(
                    min(cast(known_at as date)) over (
                        partition by reduction_key
                        order by version_age
                        rows between unbounded preceding and 1 preceding
                    ),
                    date '9999-12-31'
                ),
                coalesce(cast(absent_from as date), date '9999-12-31')
            ) as known_before
        from reductions_unioned
    ),

    reductions_keyed as (
        select
            spans_taken.reduction_key,
            document_references.document_key,
            receipt_references.receipt_key,
            spans_taken.kind,
            cast(spans_taken.amount as decimal(18, 4)) as amount,
            cast(spans_taken.cash_amount as decimal(18, 4)) as cash_amount,
            cast(spans_taken.discount as decimal(18, 4)) as discount,
            coalesce(receipts.posting_date, spans_taken.posting_date) as paid_on,
            greatest(spans_taken.known_from, spans_taken.posting_date) as counts_from,
            spans_taken.known_before as counts_before
        from spans_taken
        inner join
            document_references
            on spans_taken.source_system = document_references.referring_source
            and spans_taken.doc_id = document_references.doc_id
        left join
            receipt_references
            on spans_taken.source_system = receipt_references.referring_source
            and spans_taken.payment_id = receipt_references.payment_id
        left join receipts on receipt_references.receipt_key = receipts.receipt_key
        where not spans_taken.is_deleted
    )

select *
from reductions_keyed
where counts_from < counts_before
