with

    newest as (
        {{
            newest_version(
                source("raw_standard", "shipments"), ["shipment_id", "order_id", "order_line_no"]
            )
        }}
    ),

    renamed as (
        select
            source_system,
            shipment_id,
            order_id,
            order_line_no,
            quantity,
            ship_date,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at() }}
        from newest
    )

select *
from renamed
