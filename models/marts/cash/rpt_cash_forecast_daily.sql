-- A week's receipts are spread over its days as money has come in on the days of the week in the
-- year before the origin, public holidays of the entity left out, and over the bank accounts into
-- which it came. Every amount is the rounded sum until there less the one before it, so that the
-- days of a week add up to the week.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    amounts as (
        select *
        from {{ ref("rpt_cash_forecast_by_currency") }}
        where line = 'total_receipts' and expected <> 0
    ),

    receipts as (select * from {{ ref("int_receipts") }}),

    holidays_of_entities as (select * from {{ ref("int_forecast_entity_holidays") }}),

    currencies as (select * from {{ ref("currencies") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    receipts_known as (
        select
            receipts.legal_entity_id,
            receipts.currency,
            receipts.bank_account_id,
            {{ weekday_of("receipts.posting_date") }} as weekday,
            cast(receipts.amount_functional as double) as amount
        from receipts
        inner join
            origins
            on receipts.posting_date <= origins.origin_date
            and receipts.posting_date > {{ add_days("origins.origin_date", "- 365") }}
            and cast(receipts.known_at as date) <= origins.origin_date
        where receipts.amount_functional > 0
    ),

    weekdays as (
        select legal_entity_id, weekday, {{ exact_sum("amount") }} as weight
        from receipts_known
        group by legal_entity_id, weekday
    ),

    accounts_of_currencies as (
        select legal_entity_id, currency, bank_account_id, {{ exact_sum("amount") }} as weight
        from receipts_known
        where bank_account_id is not null
        group by legal_entity_id, currency, bank_account_id
    ),

    accounts_of_entities as (
        select legal_entity_id, bank_account_id, {{ exact_sum("amount") }} as weight
        from receipts_known
        where bank_account_id is not null
        group by legal_entity_id, bank_account_id
    ),

    pairs_forecast as (select distinct legal_entity_id, currency from amounts),

    accounts_chosen as (
        -- of a currency in which nothing has come yet, those of the entity
        select
            pairs_forecast.legal_entity_id,
            pairs_forecast.currency,
            coalesce(
                accounts_of_currencies.bank_account_id, accounts_of_entities.bank_account_id
            ) as bank_account_id,
            coalesce(accounts_of_currencies.weight, accounts_of_entities.weight, 1) as weight
        from pairs_forecast
        left join
            accounts_of_currencies
            on pairs_forecast.legal_entity_id = accounts_of_currencies.legal_entity_id
            and pairs_forecast.currency = accounts_of_currencies.currency
        left join
            accounts_of_entities
            on pairs_forecast.legal_entity_id = accounts_of_entities.legal_entity_id
            and accounts_of_currencies.bank_account_id is null
    ),

    days_of_week as ({{ number_range(0, 6, "day_number") }}),

    days_listed as (
        select
            amounts.origin_date,
            amounts.week_start,
            amounts.legal_entity_id,
            amounts.currency,
            {{ add_days("weeks.week_start", "days_of_week.day_number") }} as value_date,
            amounts.expected,
            amounts.expected_functional,
            case
                when holidays_of_entities.holiday_date is null then coalesce(weekdays.weight, 0) else 0
            end as weight
        from amounts
        inner join
            weeks on amounts.origin_date = weeks.origin_date and amounts.horizon_week = weeks.horizon_week
        inner join
            days_of_week
            on {{ add_days("weeks.week_start", "days_of_week.day_number") }}
            between weeks.first_day and weeks.last_day
        left join
            weekdays
            on amounts.legal_entity_id = weekdays.legal_entity_id
            and days_of_week.day_number = weekdays.weekday
        left join
            holidays_of_entities
            on amounts.legal_entity_id = holidays_of_entities.legal_entity_id
            and {{ add_days("weeks.week_start", "days_of_week.day_number") }}
            = holidays_of_entities.holiday_date
    ),

    weeks_weighed as (
        select legal_entity_id, currency, week_start, {{ exact_sum("weight") }} as week_weight
        from days_listed
        group by legal_entity_id, currency, week_start
    ),

    rows_weighed as (
        -- where nothing has ever come in on the days that are left of a week, all are alike
        select
            days_listed.origin_date,
            days_listed.week_start,
            days_listed.legal_entity_id,
            days_listed.currency,
            days_listed.value_date,
            accounts_chosen.bank_account_id,
            days_listed.expected,
            days_listed.expected_functional,
            cast(
                round(
                    case when weeks_weighed.week_weight > 0 then days_listed.weight else 1 end
                    * accounts_chosen.weight,
                    2
                ) as decimal(38, 2)
            ) as weight
        from days_listed
        inner join
            weeks_weighed
            on days_listed.legal_entity_id = weeks_weighed.legal_entity_id
            and days_listed.currency = weeks_weighed.currency
            and days_listed.week_start = weeks_weighed.week_start
        inner join
            accounts_chosen
            on days_listed.legal_entity_id = accounts_chosen.legal_entity_id
            and days_listed.currency = accounts_chosen.currency
    ),

    shares_run as (
        select
            *,
            cast(
                sum(weight) over (
                    partition by legal_entity_id, currency, week_start
                    order by value_date, bank_account_id
                    rows between unbounded preceding and current row
                ) as double
            )
            / cast(sum(weight) over (partition by legal_entity_id, currency, week_start) as double) as share
        from rows_weighed
    ),

    amounts_run as (
        select
            shares_run.*,
            {{
                round_money(
                    "cast(shares_run.expected as double) * shares_run.share",
                    "coalesce(currencies.minor_units, 2)",
                )
            }} as expected_so_far,
            {{
                round_money(
                    "cast(shares_run.expected_functional as double) * shares_run.share",
                    "legal_entities.functional_minor_units",
                )
            }} as functional_so_far
        from shares_run
        inner join legal_entities on shares_run.legal_entity_id = legal_entities.legal_entity_id
        left join currencies on shares_run.currency = currencies.currency
    ),

    amounts_taken as (
        select
            origin_date,
            value_date,
            week_start,
            legal_entity_id,
            currency,
            bank_account_id,
            cast(
                expected_so_far - coalesce(lag(expected_so_far) over week_in_order, 0) as decimal(18, 4)
            ) as expected,
            cast(
                functional_so_far - coalesce(lag(functional_so_far) over week_in_order, 0) as decimal(18, 4)
            ) as expected_functional
        from amounts_run
        window
            week_in_order as (
                partition by legal_entity_id, currency, week_start order by value_date, bank_account_id
            )
    )

select *
from amounts_taken
where expected <> 0 or expected_functional <> 0
