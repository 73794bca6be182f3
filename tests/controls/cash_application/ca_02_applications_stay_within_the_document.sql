{{ config(alias="ca_02", meta={"control_id": "CA-02"}) }}
-- Guards the open items: a document reduced by more than it is worth turns into a debt of ours that
-- nobody booked. Judged at the end of each day on which the document's rest changes.
with

    balances as (select * from {{ ref("int_receivable_balances") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    crossings_found as (
        select
            documents.*,
            balances.valid_from,
            balances.open_amount,
            row_number() over (
                partition by documents.document_key order by abs(balances.open_amount) desc
            ) as crossing_rank
        from balances
        inner join documents on balances.document_key = documents.document_key
        cross join as_of
        where
            balances.valid_from <= as_of.as_of
            and sign(balances.open_amount) <> sign(documents.gross)
            and abs(balances.open_amount) > {{ tolerance_of("CA-02") }}
    ),

    failing_rows as (
        select
            'CA-02' as control_id,
            valid_from as as_of,
            legal_entity_id,
            doc_id as business_key,
            cast({{ times("abs(open_amount)", "coalesce(fx_rate, 1)") }} as decimal(18, 4)) as amount_at_risk,
            'at most ' || cast(gross as string) || ' applied' as expected,
            cast(gross - open_amount as string) || ' applied' as actual,
            - open_amount as difference,
            source_system,
            source_file,
            source_line,
            currency
        from crossings_found
        where crossing_rank = 1
    )

select *
from failing_rows
