with

    newest as ({{ newest_version(source("raw_sap", "sales_order_headers"), ["salesorder"]) }}),

    renamed as (
        select
            source_system,
            salesorder as order_id,
            salesordertype as order_type,
            salesorganization as sales_organization,
            distributionchannel as distribution_channel,
            soldtoparty as customer_id,
            creationdate as creation_date,
            createdbyuser as created_by,
            totalnetamount as net_amount,
            transactioncurrency as currency,
            customerpaymentterms as payment_terms_id,
            overalldeliverystatus as overall_delivery_status,
            purchaseorderbycustomer as customer_order_number,
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
