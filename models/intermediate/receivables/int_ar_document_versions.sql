-- Every delivered version of every AR document, for the two-clock view of the open items.
with

    invoices as ({{ union_kinds_with_versions("invoices") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    versions_keyed as (
        select
            invoices.source_system || ':' || invoices.doc_id as document_key,
            invoices.source_system,
            invoices.doc_id,
            invoices.doc_type,
            invoices.legal_entity_id,
            invoices.customer_id,
            invoices.currency,
            legal_entities.functional_minor_units,
            cast(
                coalesce(
                    invoices.fx_rate,
                    case when invoices.currency = legal_entities.functional_currency then 1 end
                ) as decimal(18, 8)
            ) as fx_rate,
            invoices.gross,
            invoices.document_date,
            invoices.posting_date,
            invoices.due_date,
            {{ is_opening_item("invoices.posting_date") }} as is_opening_item,
            invoices.version_age,
            invoices.is_deleted,
            invoices.snapshot_at,
            invoices.absent_from,
            invoices.known_at
        from invoices
        left join legal_entities on invoices.legal_entity_id = legal_entities.legal_entity_id
    )

select *
from versions_keyed
