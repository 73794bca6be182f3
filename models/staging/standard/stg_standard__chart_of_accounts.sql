with

    newest as ({{ newest_version(source("raw_standard", "chart_of_accounts"), ["account_id"]) }}),

    renamed as (
        select
            source_system,
            account_id,
            name,
            account_type,
            normal_balance,
            statement_line,
            cash_flow_class,
            control_of,
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
