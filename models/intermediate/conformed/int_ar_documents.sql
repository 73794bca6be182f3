with

    invoices as ({{ union_kinds("invoices") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    currencies as (select * from {{ ref("currencies") }}),

    customers as (select * from {{ ref("int_customers") }}),

    intercompany_accounts_found as (
        select distinct legal_entity_id
        from {{ ref("int_ledger_accounts") }}
        where control_of = 'intercompany'
    ),

    customer_references as (
        {{ resolved_references(ref("int_customers"), "customer_id", "customer_key", "source_group") }}
    ),

    order_references as ({{ resolved_references(ref("int_orders"), "order_id", "order_key") }}),

    documents_keyed as (
        select
            invoices.*,
            invoices.source_system || ':' || invoices.doc_id as document_key,
            legal_entities.functional_currency,
            legal_entities.functional_minor_units,
            coalesce(currencies.minor_units, 2) as minor_units,
            coalesce(
                invoices.fx_rate, case when invoices.currency = legal_entities.functional_currency then 1 end
            ) as document_rate,
            {{ is_opening_item("invoices.posting_date") }} as is_opening_item
        from invoices
        left join legal_entities on invoices.legal_entity_id = legal_entities.legal_entity_id
        left join currencies on invoices.currency = currencies.currency
    ),

    original_references as ({{ resolved_references("documents_keyed", "doc_id", "document_key") }}),

    references_resolved as (
        select
            documents_keyed.document_key,
            documents_keyed.source_system,
            documents_keyed.doc_id,
            documents_keyed.doc_type,
            documents_keyed.legal_entity_id,
            documents_keyed.customer_id,
            customer_references.customer_key,
            -- a claim on a company of the group is no trade receivable where the chart keeps them apart
            customers.intercompany_legal_entity_id as partner_legal_entity_id,
            case
                when
                    customers.intercompany_legal_entity_id is not null
                    and intercompany_accounts_found.legal_entity_id is not null
                then 'intercompany'
                else 'ar'
            end as receivable_role,
            documents_keyed.order_id,
            order_references.order_key,
            documents_keyed.shipment_id,
            documents_keyed.original_doc_id,
            original_references.document_key as original_document_key,
            documents_keyed.created_by,
            documents_keyed.currency,
            documents_keyed.minor_units,
            documents_keyed.functional_currency,
            documents_keyed.functional_minor_units,
            cast(documents_keyed.document_rate as decimal(18, 8)) as fx_rate,
            documents_keyed.net,
            documents_keyed.tax,
            documents_keyed.gross,
            documents_keyed.is_opening_item,
            documents_keyed.document_date,
            documents_keyed.posting_date,
            documents_keyed.due_date,
            documents_keyed.updated_at,
            {{ lineage("documents_keyed") }}
        from documents_keyed
        left join
            customer_references
            on documents_keyed.source_system = customer_references.referring_source
            and documents_keyed.customer_id = customer_references.customer_id
        left join customers on customer_references.customer_key = customers.customer_key
        left join
            intercompany_accounts_found
            on documents_keyed.legal_entity_id = intercompany_accounts_found.legal_entity_id
        left join
            order_references
            on documents_keyed.source_system = order_references.referring_source
            and documents_keyed.order_id = order_references.order_id
        left join
            original_references
            on documents_keyed.source_system = original_references.referring_source
            and documents_keyed.original_doc_id = original_references.doc_id
    ),

    amounts_translated as (
        select
            *,
            {{ translate("net", "fx_rate", "functional_minor_units") }} as net_functional,
            {{ translate("tax", "fx_rate", "functional_minor_units") }} as tax_functional,
            {{ translate("gross", "fx_rate", "functional_minor_units") }} as gross_functional
        from references_resolved
    )

select *
from amounts_translated
