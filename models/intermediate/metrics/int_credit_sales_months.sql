-- The months back from each report date with their sales and days, for companies and, month by month
-- at each month's mean rate, for the group.
with

    report_periods as (select * from {{ ref("int_report_periods") }}),

    credit_sales as (select * from {{ ref("int_credit_sales") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    mean_rates as (select distinct legal_entity_id, period, average_rate from translation_rates),

    months_of_sales as (
        select
            credit_sales.legal_entity_id,
            credit_sales.period,
            credit_sales.month_start_date,
            least(credit_sales.month_end_date, as_of.as_of) as last_date,
            sum(credit_sales.amount) as sales
        from credit_sales
        inner join as_of on credit_sales.sales_date <= as_of.as_of
        group by
            credit_sales.legal_entity_id,
            credit_sales.period,
            credit_sales.month_start_date,
            least(credit_sales.month_end_date, as_of.as_of)
    ),

    months_of_entities as (
        select
            report_periods.legal_entity_id,
            report_periods.last_date as as_of,
            months_of_sales.period,
            {{ months_between("months_of_sales.month_start_date", "report_periods.first_date") }}
            + 1 as months_counted,
            months_of_sales.sales,
            {{ days_between("months_of_sales.month_start_date", "months_of_sales.last_date") }} + 1 as days
        from report_periods
        inner join
            months_of_sales
            on report_periods.legal_entity_id = months_of_sales.legal_entity_id
            and report_periods.last_date >= months_of_sales.last_date
    ),

    months_translated as (
        select
            months_of_entities.as_of,
            months_of_entities.months_counted,
            months_of_entities.days,
            {{
                translate(
                    "months_of_entities.sales",
                    "case when legal_entities.functional_currency = legal_entities.reporting_currency then cast(1 as decimal(18, 8)) else mean_rates.average_rate end",
                    "legal_entities.reporting_minor_units",
                )
            }}
            as sales
        from months_of_entities
        inner join legal_entities on months_of_entities.legal_entity_id = legal_entities.legal_entity_id
        left join
            mean_rates
            on months_of_entities.legal_entity_id = mean_rates.legal_entity_id
            and months_of_entities.period = mean_rates.period
        where legal_entities.reporting_currency is not null
    ),

    entities_and_group_unioned as (
        select
            legal_entity_id,
            as_of,
            cast(months_counted as integer) as months_counted,
            {{ round_money("sales", 4) }} as sales,
            days
        from months_of_entities
        union all
        select
            '*' as legal_entity_id,
            as_of,
            cast(months_counted as integer) as months_counted,
            {{ sum_money("sales") }} as sales,
            max(days) as days
        from months_translated
        group by as_of, months_counted
        having count(*) = count(sales)
    )

select *
from entities_and_group_unioned
