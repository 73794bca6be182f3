-- How much each origin knows to learn from.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    states as (select * from {{ ref("int_forecast_document_states") }}),

    history as (select * from {{ ref("int_forecast_history") }}),

    scored_origins as (select * from {{ ref("stg_registry__scored_origins") }}),

    documents_measured as (
        select
            origins.origin_date,
            min(states.posting_date) as first_posting_date,
            cast(count(distinct coalesce(states.customer_key, states.customer_id)) as integer) as payers
        from origins
        inner join states on states.valid_from <= origins.origin_date
        where not origins.is_kept
        group by origins.origin_date
    ),

    payments_counted as (
        select
            origin_date,
            cast(sum(case when is_paid and not is_discount_taken then 1 else 0 end) as integer) as payments
        from history
        group by origin_date
    ),

    histories_unioned as (
        select
            origins.origin_date,
            documents_measured.first_posting_date,
            coalesce(documents_measured.payers, 0) as payers,
            coalesce(payments_counted.payments, 0) as payments
        from origins
        left join documents_measured on origins.origin_date = documents_measured.origin_date
        left join payments_counted on origins.origin_date = payments_counted.origin_date
        where not origins.is_kept
        union all
        select
            origins.origin_date,
            scored_origins.first_posting_date,
            scored_origins.payers,
            scored_origins.payments
        from origins
        inner join scored_origins on origins.origin_date = scored_origins.origin_date
        where origins.is_kept
    )

select *
from histories_unioned
