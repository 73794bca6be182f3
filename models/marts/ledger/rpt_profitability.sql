with

    members as (select * from {{ ref("int_profit_members") }}),

    customers as (select * from {{ ref("int_customers") }}),

    products as (select * from {{ ref("int_products") }}),

    lines_signed as (
        select
            dimension,
            member_key,
            legal_entity_id,
            period,
            line,
            'line' as line_type,
            statement_line,
            case when is_expense_line then - gain else gain end as amount,
            gain as effect_on_result
        from members
    ),

    subtotals_listed as (
        select 'gross_margin' as line, false as has_direct_costs
        union all
        select 'contribution' as line, true as has_direct_costs
    ),

    subtotals_taken as (
        -- every member that has a line has both subtotals
        select
            lines_signed.dimension,
            lines_signed.member_key,
            lines_signed.legal_entity_id,
            lines_signed.period,
            subtotals_listed.line,
            'subtotal' as line_type,
            cast(null as string) as statement_line,
            {{
                sum_money(
                    "case when lines_signed.line in ('net_revenue', 'cost_of_sales') or (lines_signed.line = 'direct_costs' and subtotals_listed.has_direct_costs) then lines_signed.effect_on_result end"
                )
            }}
            as amount
        from lines_signed
        cross join subtotals_listed
        group by
            lines_signed.dimension,
            lines_signed.member_key,
            lines_signed.legal_entity_id,
            lines_signed.period,
            subtotals_listed.line
    ),

    lines_and_subtotals_unioned as (
        select
            dimension,
            member_key,
            legal_entity_id,
            period,
            line,
            line_type,
            statement_line,
            amount,
            effect_on_result
        from lines_signed
        union all
        select
            dimension,
            member_key,
            legal_entity_id,
            period,
            line,
            line_type,
            statement_line,
            amount,
            amount as effect_on_result
        from subtotals_taken
    ),

    members_named as (
        select
            lines_and_subtotals_unioned.period,
            lines_and_subtotals_unioned.legal_entity_id,
            lines_and_subtotals_unioned.dimension,
            lines_and_subtotals_unioned.member_key,
            coalesce(
                customers.customer_id, products.product_id, lines_and_subtotals_unioned.member_key
            ) as member,
            coalesce(customers.name, products.name, lines_and_subtotals_unioned.member_key) as member_name,
            lines_and_subtotals_unioned.line,
            lines_and_subtotals_unioned.line_type,
            lines_and_subtotals_unioned.statement_line,
            lines_and_subtotals_unioned.amount,
            lines_and_subtotals_unioned.effect_on_result
        from lines_and_subtotals_unioned
        left join
            customers
            on lines_and_subtotals_unioned.dimension = 'customer'
            and lines_and_subtotals_unioned.member_key = customers.customer_key
        left join
            products
            on lines_and_subtotals_unioned.dimension = 'product'
            and lines_and_subtotals_unioned.member_key = products.product_key
    )

select *
from members_named
