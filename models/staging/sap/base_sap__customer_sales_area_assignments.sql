with

    newest as (
        {{
            newest_version(
                source("raw_sap", "customer_sales_area_assignments"),
                ["customer", "salesorganization", "distributionchannel", "division"],
            )
        }}
    ),

    renamed as (
        select
            source_system,
            customer as customer_id,
            salesorganization as sales_organization,
            distributionchannel as distribution_channel,
            division,
            currency,
            customerpaymentterms as payment_terms_id,
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
