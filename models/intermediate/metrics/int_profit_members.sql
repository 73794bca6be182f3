-- The result of each member of each dimension, per statement line: companies, and the group in
-- the reporting currency, in which postings that name a partner within it do not count.
-- Translated members sum to their translated statement line: the largest takes what rounding
-- leaves over.
with

    attributions as (select * from {{ ref("int_profit_attributions") }}),

    customers as (select * from {{ ref("int_customers") }}),

    products as (select * from {{ ref("int_products") }}),

    statement_entities as (select * from {{ ref("int_statement_entities") }}),

    report_periods as (select * from {{ ref("int_report_periods") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    members_named as (
        select
            attributions.*,
            coalesce(customers.segment, 'unallocated') as customer_segment,
            coalesce(products.segment, 'unallocated') as product_segment
        from attributions
        left join customers on attributions.customer_key = customers.customer_key
        left join products on attributions.product_key = products.product_key
    ),

    dimensions_unioned as (
        select
            'customer' as dimension,
            coalesce(customer_key, 'unallocated') as member_key,
            legal_entity_id,
            period,
            statement_line,
            is_expense_line,
            line,
            gain,
            gain_in_group
        from members_named
        union all
        select
            'customer_segment' as dimension,
            customer_segment as member_key,
            legal_entity_id,
            period,
            statement_line,
            is_expense_line,
            line,
            gain,
            gain_in_group
        from members_named
        union all
        select
            'product' as dimension,
            coalesce(product_key, 'unallocated') as member_key,
            legal_entity_id,
            period,
            statement_line,
            is_expense_line,
            line,
            gain,
            gain_in_group
        from members_named
        union all
        select
            'product_segment' as dimension,
            product_segment as member_key,
            legal_entity_id,
            period,
            statement_line,
            is_expense_line,
            line,
            gain,
            gain_in_group
        from members_named
    ),

    lines_begun as (
        select legal_entity_id, statement_line, is_expense_line, line, min(period) as first_period
        from attributions
        group by legal_entity_id, statement_line, is_expense_line, line
    ),

    unallocated_standing as (
        -- what belongs to no member stands from the first posting of a line on, zero included
        select
            dimensions_listed.dimension,
            'unallocated' as member_key,
            lines_begun.legal_entity_id,
            report_periods.period,
            lines_begun.statement_line,
            lines_begun.is_expense_line,
            lines_begun.line,
            cast(0 as decimal(18, 4)) as gain,
            cast(0 as decimal(18, 4)) as gain_in_group
        from lines_begun
        inner join
            report_periods
            on lines_begun.legal_entity_id = report_periods.legal_entity_id
            and lines_begun.first_period <= report_periods.period
        cross join
            (
                select 'customer' as dimension
                union all
                select 'customer_segment' as dimension
                union all
                select 'product' as dimension
                union all
                select 'product_segment' as dimension
            ) as dimensions_listed
    ),

    members_summed as (
        select
            dimension,
            member_key,
            legal_entity_id,
            period,
            statement_line,
            is_expense_line,
            line,
            {{ sum_money("gain") }} as gain,
            {{ sum_money("gain_in_group") }} as gain_in_group
        from
            (
                select *
                from dimensions_unioned
                union all
                select *
                from unallocated_standing
            ) as members_and_rests
        group by dimension, member_key, legal_entity_id, period, statement_line, is_expense_line, line
    ),

    rates_of_periods as (
        select
            report_periods.legal_entity_id,
            report_periods.period,
            translation_rates.average_rate,
            translation_rates.reporting_minor_units,
            count(*) over (partition by report_periods.period)
            = count(translation_rates.average_rate) over (partition by report_periods.period) as is_complete
        from report_periods
        inner join statement_entities on report_periods.legal_entity_id = statement_entities.legal_entity_id
        left join
            translation_rates
            on report_periods.legal_entity_id = translation_rates.legal_entity_id
            and report_periods.last_date = translation_rates.rate_date
    ),

    members_translated as (
        select
            members_summed.dimension,
            members_summed.member_key,
            members_summed.period,
            members_summed.legal_entity_id,
            members_summed.statement_line,
            members_summed.is_expense_line,
            members_summed.line,
            {{
                translate(
                    "members_summed.gain_in_group",
                    "rates_of_periods.average_rate",
                    "rates_of_periods.reporting_minor_units",
                )
            }} as gain,
            {{
                translate(
                    "sum(members_summed.gain_in_group) over by_line",
                    "rates_of_periods.average_rate",
                    "rates_of_periods.reporting_minor_units",
                )
            }} as line_gain,
            row_number() over (
                partition by
                    members_summed.dimension,
                    members_summed.period,
                    members_summed.legal_entity_id,
                    members_summed.statement_line
                order by
                    abs(members_summed.gain_in_group) desc, members_summed.member_key, members_summed.line
            ) as size_rank
        from members_summed
        inner join
            rates_of_periods
            on members_summed.legal_entity_id = rates_of_periods.legal_entity_id
            and members_summed.period = rates_of_periods.period
        where rates_of_periods.is_complete
        window
            by_line as (
                partition by
                    members_summed.dimension,
                    members_summed.period,
                    members_summed.legal_entity_id,
                    members_summed.statement_line
            )
    ),

    remainders_given as (
        select
            dimension,
            member_key,
            period,
            statement_line,
            is_expense_line,
            line,
            gain + case
                when size_rank = 1
                then
                    line_gain
                    - sum(gain) over (partition by dimension, period, legal_entity_id, statement_line)
                else 0
            end as gain
        from members_translated
    ),

    entities_and_group_unioned as (
        select dimension, member_key, legal_entity_id, period, statement_line, is_expense_line, line, gain
        from members_summed
        union all
        select
            dimension,
            member_key,
            '*' as legal_entity_id,
            period,
            statement_line,
            is_expense_line,
            line,
            {{ sum_money("gain") }} as gain
        from remainders_given
        group by dimension, member_key, period, statement_line, is_expense_line, line
    )

select *
from entities_and_group_unioned
