-- Ageing by customer segment and in both currency views. All segments of an entity in its functional
-- currency are rpt_ar_aging; a bucket is translated as a whole, at the closing rate of its date.
with

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    ageing as (select * from {{ ref("rpt_ar_aging") }}),

    customers as (select * from {{ ref("int_customers") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    items_by_segment as (
        select
            open_items.as_of,
            open_items.legal_entity_id,
            coalesce(customers.segment, 'unallocated') as segment,
            open_items.due_date_bucket,
            open_items.invoice_date_bucket,
            open_items.open_amount_functional
        from open_items
        left join customers on open_items.customer_key = customers.customer_key
    ),

    items_by_basis as (
        select
            as_of,
            legal_entity_id,
            segment,
            'due_date' as basis,
            due_date_bucket as bucket,
            open_amount_functional as amount
        from items_by_segment
        union all
        select
            as_of,
            legal_entity_id,
            segment,
            'invoice_date' as basis,
            invoice_date_bucket as bucket,
            open_amount_functional as amount
        from items_by_segment
    ),

    items_in_cuts as (
        select *
        from items_by_basis
        union all
        select as_of, legal_entity_id, 'all' as segment, basis, bucket, amount
        from items_by_basis
    ),

    buckets_summed as (
        select as_of, legal_entity_id, segment, basis, bucket, {{ sum_money("amount") }} as amount
        from items_in_cuts
        group by as_of, legal_entity_id, segment, basis, bucket
    ),

    segments_listed as (
        select distinct legal_entity_id, segment
        from items_by_segment
        union
        select distinct legal_entity_id, 'all' as segment
        from ageing
        where legal_entity_id <> '*'
    ),

    buckets_completed as (
        select
            ageing.as_of,
            ageing.legal_entity_id,
            segments_listed.segment,
            ageing.basis,
            ageing.bucket,
            coalesce(buckets_summed.amount, cast(0 as decimal(18, 4))) as amount
        from ageing
        inner join segments_listed on ageing.legal_entity_id = segments_listed.legal_entity_id
        left join
            buckets_summed
            on ageing.as_of = buckets_summed.as_of
            and ageing.legal_entity_id = buckets_summed.legal_entity_id
            and segments_listed.segment = buckets_summed.segment
            and ageing.basis = buckets_summed.basis
            and ageing.bucket = buckets_summed.bucket
    ),

    buckets_translated as (
        select
            buckets_completed.as_of,
            buckets_completed.legal_entity_id,
            buckets_completed.segment,
            buckets_completed.basis,
            buckets_completed.bucket,
            legal_entities.functional_currency,
            legal_entities.reporting_currency,
            buckets_completed.amount,
            {{
                translate(
                    "buckets_completed.amount",
                    "translation_rates.closing_rate",
                    "legal_entities.reporting_minor_units",
                )
            }} as amount_reporting
        from buckets_completed
        inner join legal_entities on buckets_completed.legal_entity_id = legal_entities.legal_entity_id
        left join
            translation_rates
            on buckets_completed.legal_entity_id = translation_rates.legal_entity_id
            and buckets_completed.as_of = translation_rates.rate_date
    ),

    views_unioned as (
        select
            as_of,
            legal_entity_id,
            segment,
            'functional' as currency_view,
            functional_currency as currency,
            basis,
            bucket,
            amount
        from buckets_translated
        union all
        select
            as_of,
            legal_entity_id,
            segment,
            'reporting' as currency_view,
            reporting_currency as currency,
            basis,
            bucket,
            amount_reporting as amount
        from buckets_translated
        where amount_reporting is not null and reporting_currency is not null
        union all
        select
            as_of,
            '*' as legal_entity_id,
            segment,
            'reporting' as currency_view,
            max(reporting_currency) as currency,
            basis,
            bucket,
            {{ sum_money("amount_reporting") }} as amount
        from buckets_translated
        where reporting_currency is not null
        group by as_of, segment, basis, bucket
        having count(*) = count(amount_reporting)
    )

select *
from views_unioned
