with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    items_aged as ({{ age_open_items("report_dates", "open_items") }}),

    balances_translated as (
        select
            items_aged.as_of,
            items_aged.basis,
            items_aged.bucket,
            {{
                translate(
                    "items_aged.amount",
                    "translation_rates.closing_rate",
                    "translation_rates.reporting_minor_units",
                )
            }} as amount
        from items_aged
        left join
            translation_rates
            on items_aged.legal_entity_id = translation_rates.legal_entity_id
            and items_aged.as_of = translation_rates.rate_date
        where
            exists (
                select 1
                from {{ ref("int_legal_entities") }} as entities
                where entities.reporting_currency is not null
            )
    ),

    group_summed as (
        -- a group figure without the rate of one of its entities is no figure
        select
            as_of,
            basis,
            bucket,
            case when count(*) = count(amount) then {{ sum_money("amount") }} end as amount
        from balances_translated
        group by as_of, basis, bucket
    ),

    entities_and_group_unioned as (
        select as_of, legal_entity_id, basis, bucket, amount
        from items_aged
        union all
        select as_of, '*' as legal_entity_id, basis, bucket, amount
        from group_summed
    )

select *
from entities_and_group_unioned
