-- What was billed net on each day, by the stretch of days on which that was what was known.
-- Credit memos lower it; items open when the books began were billed before.
with

    versions as (select * from {{ ref("int_forecast_document_versions") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    days_summed as (
        select
            versions.legal_entity_id,
            versions.posting_date,
            versions.valid_from,
            versions.valid_before,
            -- an older version's net has the newest one's share of the gross amount
            {{
                exact_sum(
                    "case when versions.gross = documents.gross then cast(documents.net_functional as double)"
                    ~ " else cast(documents.net_functional as double) * cast(versions.gross as double)"
                    ~ " / nullif(cast(documents.gross as double), 0) end"
                )
            }} as net
        from versions
        inner join documents on versions.document_key = documents.document_key
        where not documents.is_opening_item
        group by versions.legal_entity_id, versions.posting_date, versions.valid_from, versions.valid_before
    )

select *
from days_summed
