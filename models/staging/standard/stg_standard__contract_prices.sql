with

    newest as (
        {{
            newest_version(
                source("raw_standard", "contract_prices"),
                ["contract_id", "customer_id", "product_id", "valid_from"],
            )
        }}
    ),

    renamed as (
        select
            source_system,
            contract_id,
            customer_id,
            product_id,
            valid_from,
            valid_to,
            unit_price,
            currency,
            max_discount_pct,
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
