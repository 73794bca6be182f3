with

    newest as (
        {{ newest_version(source("raw_sap", "sales_order_items"), ["salesorder", "salesorderitem"]) }}
    ),

    renamed as (
        select
            source_system,
            salesorder as order_id,
            salesorderitem as order_line_no,
            salesorderitemcategory as item_category,
            material as product_id,
            requestedquantity as quantity,
            netamount as net_amount,
            transactioncurrency as currency,
            salesdocumentrjcnreason as rejection_reason,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            is_first_delivery
        from newest
    )

select *
from renamed
