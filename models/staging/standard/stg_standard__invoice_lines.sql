with

    newest as ({{ newest_version(source("raw_standard", "invoice_lines"), ["doc_id", "line_no"]) }}),

    renamed as (
        select
            source_system,
            doc_id,
            line_no,
            order_id,
            order_line_no,
            product_id,
            quantity,
            unit_price,
            tax_rate,
            service_start,
            service_end,
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
