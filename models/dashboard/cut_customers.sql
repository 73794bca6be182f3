-- What each customer owes at each reported date, how much of it is past due, and its share of all:
-- per entity and for the group, for all customers and within each segment, in both currency views.
with

    open_items as (select * from {{ ref("rpt_ar_open_items") }} where customer_key is not null),

    unapplied_cash as (select * from {{ ref("rpt_unapplied_cash") }} where customer_key is not null),

    customers as (select * from {{ ref("int_customers") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    amounts_unioned as (
        select
            as_of,
            legal_entity_id,
            customer_key,
            open_amount_functional as open_amount,
            case
                when days_past_due > 0 then open_amount_functional else cast(0 as decimal(18, 4))
            end as past_due,
            cast(0 as decimal(18, 4)) as unapplied,
            1 as open_items
        from open_items
        union all
        select
            as_of,
            legal_entity_id,
            customer_key,
            cast(0 as decimal(18, 4)) as open_amount,
            cast(0 as decimal(18, 4)) as past_due,
            unapplied_functional as unapplied,
            0 as open_items
        from unapplied_cash
    ),

    customers_of_entities as (
        select
            as_of,
            legal_entity_id,
            customer_key,
            {{ sum_money("open_amount") }} as open_amount,
            {{ sum_money("past_due") }} as past_due,
            {{ sum_money("unapplied") }} as unapplied,
            sum(open_items) as open_items
        from amounts_unioned
        group by as_of, legal_entity_id, customer_key
    ),

    customers_translated as (
        select
            customers_of_entities.as_of,
            customers_of_entities.legal_entity_id,
            customers_of_entities.customer_key,
            legal_entities.reporting_currency as currency,
            {%- for amount in ("open_amount", "past_due", "unapplied") %}
                {{
                    translate(
                        "customers_of_entities." ~ amount,
                        "translation_rates.closing_rate",
                        "legal_entities.reporting_minor_units",
                    )
                }} as {{ amount }},
            {%- endfor %}
            customers_of_entities.open_items
        from customers_of_entities
        inner join
            legal_entities
            on customers_of_entities.legal_entity_id = legal_entities.legal_entity_id
            and legal_entities.reporting_currency is not null
        inner join
            translation_rates
            on customers_of_entities.legal_entity_id = translation_rates.legal_entity_id
            and customers_of_entities.as_of = translation_rates.rate_date
    ),

    views_unioned as (
        select
            customers_of_entities.as_of,
            customers_of_entities.legal_entity_id,
            'functional' as currency_view,
            legal_entities.functional_currency as currency,
            customers_of_entities.customer_key,
            customers_of_entities.open_amount,
            customers_of_entities.past_due,
            customers_of_entities.unapplied,
            customers_of_entities.open_items
        from customers_of_entities
        inner join legal_entities on customers_of_entities.legal_entity_id = legal_entities.legal_entity_id
        union all
        select
            as_of,
            legal_entity_id,
            'reporting' as currency_view,
            currency,
            customer_key,
            open_amount,
            past_due,
            unapplied,
            open_items
        from customers_translated
        union all
        select
            as_of,
            '*' as legal_entity_id,
            'reporting' as currency_view,
            max(currency) as currency,
            customer_key,
            {{ sum_money("open_amount") }} as open_amount,
            {{ sum_money("past_due") }} as past_due,
            {{ sum_money("unapplied") }} as unapplied,
            sum(open_items) as open_items
        from customers_translated
        group by as_of, customer_key
    ),

    segments_unioned as (
        select 'all' as segment, views_unioned.*
        from views_unioned
        union all
        select coalesce(customers.segment, 'unallocated') as segment, views_unioned.*
        from views_unioned
        left join customers on views_unioned.customer_key = customers.customer_key
    ),

    shares_run as (
        select
            *,
            row_number() over largest_first as place,
            cast(
                sum(open_amount) over (
                    partition by {{ "as_of, legal_entity_id, segment, currency_view" }}
                ) as double
            ) as open_amount_of_all,
            cast(sum(open_amount) over largest_first as double) as open_amount_so_far
        from segments_unioned
        window
            largest_first as (
                partition by as_of, legal_entity_id, segment, currency_view
                order by open_amount desc, customer_key
                rows between unbounded preceding and current row
            )
    ),

    shares_taken as (
        select
            as_of,
            legal_entity_id,
            segment,
            currency_view,
            currency,
            customer_key,
            cast(place as integer) as place,
            open_amount,
            past_due,
            unapplied,
            cast(open_items as integer) as open_items,
            case
                when open_amount_of_all > 0 then cast(open_amount as double) / open_amount_of_all
            end as share,
            case when open_amount_of_all > 0 then open_amount_so_far / open_amount_of_all end as share_so_far
        from shares_run
    )

select *
from shares_taken
