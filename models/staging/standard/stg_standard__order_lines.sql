with

    newest as ({{ newest_version(source("raw_standard", "order_lines"), ["order_id", "line_no"]) }}),

    renamed as (
        select
            source_system,
            order_id,
            line_no,
            product_id,
            quantity,
            quantity_cancelled,
            unit_price,
            list_price,
            discount_approved_by,
            promised_date,
            cast(null as decimal(18, 4)) as net_amount,
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
