{{ config(materialized="table_function", parameters=["as_of"], contract={"enforced": false}) }}
-- Days sales outstanding at the end of any date: receivables as the ledger shows them over gross
-- billed credit sales. Inside a month the sales run from its first day and the days are those so
-- far. Group rows stand under '*'.
with

    dates_asked as (
        select
            starts.legal_entity_id,
            cast(as_of as date) as report_date,
            {{ month_start("cast(as_of as date)") }} as month_start_date
        from {{ ref("int_report_starts") }} as starts
    ),

    receivables_of_entities as (
        select
            dates_asked.legal_entity_id,
            dates_asked.report_date,
            {{ sum_money("ledger.amount") }} as receivables
        from dates_asked
        left join
            {{ ref("int_control_account_movements") }} as ledger
            on dates_asked.legal_entity_id = ledger.legal_entity_id
            and ledger.control_account = 'ar'
            and dates_asked.report_date >= ledger.posting_date
        group by dates_asked.legal_entity_id, dates_asked.report_date
    ),

    months_of_entities as (
        select
            dates_asked.legal_entity_id,
            sales.period,
            {{ months_between("max(sales.month_start_date)", "max(dates_asked.month_start_date)") }}
            + 1 as months_counted,
            sum(case when sales.sales_date <= dates_asked.report_date then sales.amount else 0 end) as sales,
            {{
                days_between(
                    "max(sales.month_start_date)",
                    "least(max(sales.month_end_date), max(dates_asked.report_date))",
                )
            }} + 1 as days
        from dates_asked
        inner join
            {{ ref("int_credit_sales") }} as sales
            on dates_asked.legal_entity_id = sales.legal_entity_id
            and sales.month_start_date <= dates_asked.report_date
        group by dates_asked.legal_entity_id, sales.period
    ),

    rates_until_date as (
        select
            rates.legal_entity_id,
            rates.rate_date,
            rates.period,
            rates.reporting_minor_units,
            rates.closing_rate
        from {{ ref("int_translation_rates") }} as rates
        inner join
            dates_asked
            on rates.legal_entity_id = dates_asked.legal_entity_id
            and rates.rate_date <= dates_asked.report_date
    ),

    month_rates_taken as (
        select legal_entity_id, period, {{ mean_rate("closing_rate") }} as average_rate
        from rates_until_date
        group by legal_entity_id, period
    ),

    -- group figures: receivables at the rate of the date, sales month by month at the month's mean
    receivables_translated as (
        select
            {{
                translate(
                    "receivables_of_entities.receivables",
                    "case when entities.functional_currency = entities.reporting_currency then cast(1 as decimal(18, 8)) else rates_until_date.closing_rate end",
                    "entities.reporting_minor_units",
                )
            }}
            as receivables
        from receivables_of_entities
        inner join
            {{ ref("int_legal_entities") }} as entities
            on receivables_of_entities.legal_entity_id = entities.legal_entity_id
        left join
            rates_until_date
            on receivables_of_entities.legal_entity_id = rates_until_date.legal_entity_id
            and receivables_of_entities.report_date = rates_until_date.rate_date
        where entities.reporting_currency is not null
    ),

    months_translated as (
        select
            months_of_entities.months_counted,
            months_of_entities.period,
            months_of_entities.days,
            {{
                translate(
                    "months_of_entities.sales",
                    "case when entities.functional_currency = entities.reporting_currency then cast(1 as decimal(18, 8)) else month_rates_taken.average_rate end",
                    "entities.reporting_minor_units",
                )
            }}
            as sales
        from months_of_entities
        inner join
            {{ ref("int_legal_entities") }} as entities
            on months_of_entities.legal_entity_id = entities.legal_entity_id
        left join
            month_rates_taken
            on months_of_entities.legal_entity_id = month_rates_taken.legal_entity_id
            and months_of_entities.period = month_rates_taken.period
        where entities.reporting_currency is not null
    ),

    receivables_taken as (
        select legal_entity_id, receivables
        from receivables_of_entities
        union all
        select '*' as legal_entity_id, {{ sum_money("receivables") }} as receivables
        from receivables_translated
        having count(*) = count(receivables) and count(*) > 0
    ),

    months_back as (
        select legal_entity_id, period, months_counted, sales, days
        from months_of_entities
        union all
        select '*' as legal_entity_id, period, months_counted, sum(sales) as sales, max(days) as days
        from months_translated
        group by period, months_counted
        having count(*) = count(sales)
    ),

    months_run as (
        select
            months_back.*,
            receivables_taken.receivables,
            sum(sales) over by_month as sales_so_far,
            sum(days) over by_month as days_so_far,
            sum(greatest(sales, 0)) over by_month as consumed_so_far,
            count(*) over by_month = months_counted as is_history_complete
        from months_back
        inner join receivables_taken on months_back.legal_entity_id = receivables_taken.legal_entity_id
        window
            by_month as (
                partition by months_back.legal_entity_id
                order by months_back.months_counted
                rows between unbounded preceding and current row
            )
    ),

    windows_listed as (
        select 'dso_month' as metric_id, 1 as months
        union all
        select 'dso_rolling_3m' as metric_id, 3 as months
        union all
        select 'dso_rolling_12m' as metric_id, 12 as months
    ),

    windows_taken as (
        select
            receivables_taken.legal_entity_id,
            windows_listed.metric_id,
            receivables_taken.receivables as numerator,
            months_run.sales_so_far as denominator,
            months_run.days_so_far as days
        from receivables_taken
        cross join windows_listed
        left join
            months_run
            on receivables_taken.legal_entity_id = months_run.legal_entity_id
            and windows_listed.months = months_run.months_counted
            and months_run.is_history_complete
    ),

    ratios_taken as (
        select
            legal_entity_id,
            metric_id,
            case
                when denominator > 0 then cast(numerator as double) / cast(denominator as double) * days
            end as value,
            case when denominator is not null then numerator end as numerator,
            denominator,
            case
                when denominator is null
                then 'insufficient_history'
                when denominator <= 0
                then 'non_positive_denominator'
            end as null_reason
        from windows_taken
    ),

    exhausting_months_found as (
        -- the first month, counted backwards, whose sales cover what is left of the receivables;
        -- after 24 months it stops
        select
            legal_entity_id,
            coalesce(
                min(case when sales > 0 and consumed_so_far > receivables then months_counted end),
                max(case when months_counted = 24 then months_counted end)
            ) as months_counted
        from months_run
        where months_counted <= 24 and is_history_complete
        group by legal_entity_id
    ),

    countback_taken as (
        select
            receivables_taken.legal_entity_id,
            'dso_countback' as metric_id,
            case
                when receivables_taken.receivables <= 0
                then cast(0 as double)
                when months_run.consumed_so_far <= receivables_taken.receivables
                then cast(months_run.days_so_far as double)
                when months_run.months_counted is not null
                then
                    months_run.days_so_far
                    - months_run.days
                    + cast(
                        receivables_taken.receivables
                        - (months_run.consumed_so_far - months_run.sales) as double
                    )
                    / cast(months_run.sales as double)
                    * months_run.days
            end as value,
            case
                when receivables_taken.receivables <= 0 or months_run.months_counted is not null
                then receivables_taken.receivables
            end as numerator,
            cast(null as decimal(18, 4)) as denominator,
            case
                when receivables_taken.receivables <= 0
                then null
                when months_run.months_counted is null
                then 'insufficient_history'
                when months_run.consumed_so_far <= receivables_taken.receivables
                then 'exhausted'
            end as null_reason
        from receivables_taken
        left join
            exhausting_months_found
            on receivables_taken.legal_entity_id = exhausting_months_found.legal_entity_id
        left join
            months_run
            on exhausting_months_found.legal_entity_id = months_run.legal_entity_id
            and exhausting_months_found.months_counted = months_run.months_counted
    ),

    metrics_unioned as (
        select *
        from ratios_taken
        union all
        select *
        from countback_taken
    )

select
    legal_entity_id,
    metric_id,
    value,
    cast(numerator as decimal(18, 4)) as numerator,
    cast(denominator as decimal(18, 4)) as denominator,
    null_reason
from metrics_unioned
