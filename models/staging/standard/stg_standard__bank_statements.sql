with

    newest as (
        {{ newest_version(source("raw_standard", "bank_statements"), ["bank_account_id", "statement_id"]) }}
    ),

    renamed as (
        select
            source_system,
            bank_account_id,
            statement_id,
            from_date,
            to_date,
            currency,
            opening_balance,
            closing_balance,
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
