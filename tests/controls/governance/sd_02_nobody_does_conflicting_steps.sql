{{ config(alias="sd_02", meta={"control_id": "SD-02"}) }}
-- Guards the separation of duties where it was broken: an order whose own author approved its credit
-- or its price, a journal whose own author approved it, was seen by one person only.
with

    orders as (select * from {{ ref("int_orders") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    fct_orders as (select order_key, net_amount from {{ ref("fct_orders") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    fx_rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    credits_approved as (
        select order_key, cast(null as string) as line_no, 'credit' as approval
        from orders
        where credit_approved_by = created_by
    ),

    prices_approved as (
        select orders.order_key, order_lines.line_no, 'price' as approval
        from order_lines
        inner join orders on order_lines.order_key = orders.order_key
        where order_lines.discount_approved_by = orders.created_by
    ),

    orders_found as (
        select
            orders.source_system,
            orders.legal_entity_id,
            approvals_unioned.approval,
            orders.order_id || coalesce(' / ' || approvals_unioned.line_no, '') as document_id,
            orders.created_by as user_id,
            orders.order_date as document_date,
            abs(
                cast(
                    {{
                        times(
                            "fct_orders.net_amount",
                            "case when orders.currency = legal_entities.functional_currency then 1 else fx_rates_by_day.rate end",
                        )
                    }}
                    as decimal(18, 4)
                )
            ) as amount,
            orders.source_file,
            orders.source_line
        from
            (
                select *
                from credits_approved
                union all
                select *
                from prices_approved
            ) as approvals_unioned
        inner join orders on approvals_unioned.order_key = orders.order_key
        left join fct_orders on orders.order_key = fct_orders.order_key
        left join legal_entities on orders.legal_entity_id = legal_entities.legal_entity_id
        left join
            fx_rates_by_day
            on orders.currency = fx_rates_by_day.from_currency
            and legal_entities.functional_currency = fx_rates_by_day.to_currency
            and orders.order_date = fx_rates_by_day.rate_date
    ),

    journals_found as (
        select
            source_system,
            min(legal_entity_id) as legal_entity_id,
            'journal' as approval,
            min(journal_id) as document_id,
            created_by as user_id,
            min(posting_date) as document_date,
            {{ sum_money("case when amount > 0 then amount end") }} as amount,
            min(source_file) as source_file,
            min(source_line) as source_line
        from journal_lines
        where created_by = approved_by
        group by source_system, journal_key, created_by
    ),

    documents_unioned as (
        select *
        from orders_found
        union all
        select *
        from journals_found
    ),

    failing_rows as (
        select
            'SD-02' as control_id,
            documents_unioned.document_date as as_of,
            documents_unioned.legal_entity_id,
            documents_unioned.document_id || ' ' || documents_unioned.approval as business_key,
            documents_unioned.amount as amount_at_risk,
            'approved by another person than ' || documents_unioned.user_id as expected,
            'entered and approved by ' || documents_unioned.user_id as actual,
            cast(null as decimal(18, 4)) as difference,
            documents_unioned.source_system,
            documents_unioned.source_file,
            documents_unioned.source_line,
            documents_unioned.document_id,
            documents_unioned.approval,
            documents_unioned.user_id
        from documents_unioned
        cross join as_of
        where documents_unioned.document_date <= as_of.as_of
    )

select *
from failing_rows
