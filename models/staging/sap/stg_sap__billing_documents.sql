-- What kind of receivable a billing document makes: by its category where one is delivered, by its
-- type otherwise. Cancellations carry a positive amount in SAP, and cancelled documents stay; both
-- count, with opposite signs. Pro forma documents make no receivable and are left out.
with

    headers as (select * from {{ ref("base_sap__billing_document_headers") }}),

    billing_documents_classified as (
        select
            *,
            case
                when document_category in ('S', 'P') or billing_type in ('S2', 'L2')
                then 'debit_memo'
                when
                    document_category in ('N', 'O', '6')
                    or billing_type in ('S1', 'G2', 'RE', 'CR')
                    or cancelled_billing_document_id is not null
                then 'credit_memo'
                else 'invoice'
            end as doc_type
        from headers
        where coalesce(document_category, '') <> 'U' and billing_type not in ('F5', 'F8')
    )

select *
from billing_documents_classified
