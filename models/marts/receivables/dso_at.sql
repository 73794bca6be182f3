{{
    config(
        materialized="table_function",
        parameters=["as_of"],
        contract={"enforced": false},
        persist_docs={"relation": false, "columns": false},
    )
}}
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
            and dates_asked.report_date >= sales.month_start_date
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

    metrics_taken as ({{ dso_metrics("receivables_taken", "months_back", ["legal_entity_id"]) }})

select legal_entity_id, metric_id, value, numerator, denominator, null_reason
from metrics_taken
