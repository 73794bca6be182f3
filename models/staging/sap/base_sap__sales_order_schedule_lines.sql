with

    newest as (
        {{
            newest_version(
                source("raw_sap", "sales_order_schedule_lines"),
                ["salesorder", "salesorderitem", "scheduleline"],
            )
        }}
    ),

    renamed as (
        select
            source_system,
            salesorder as order_id,
            salesorderitem as order_line_no,
            scheduleline as schedule_line,
            confirmeddeliverydate as confirmed_delivery_date,
            confdorderqtybymatlavailcheck as confirmed_quantity,
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
