-- Which pay run a customer keeps to, judged at each origin by the days on which it had paid: the
-- rule under which these days are most likely, with one day in twenty beside the run, and with how
-- common the rule is among the company's customers of whom many pay days are known.
{%- set beside = 0.05 %}
{%- set well_known = 3 %}
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    reductions as (select * from {{ ref("int_forecast_reductions") }}),

    states as (
        select distinct document_key, coalesce(customer_key, source_system) as customer_key
        from {{ ref("int_forecast_document_versions") }}
    ),

    pay_days as (select * from {{ ref("int_forecast_pay_days") }}),

    payer_countries as (select * from {{ ref("int_forecast_payer_countries") }}),

    payments_of_days as (
        select
            states.customer_key,
            coalesce(payer_countries.country, '') as country,
            reductions.paid_on,
            min(reductions.counts_from) as counts_from
        from reductions
        inner join states on reductions.document_key = states.document_key
        left join payer_countries on states.customer_key = payer_countries.payer_key
        where reductions.kind = 'cash' and reductions.cash_amount > 0
        group by states.customer_key, payer_countries.country, reductions.paid_on
    ),

    days_judged as (
        select
            origins.origin_date,
            payments_of_days.customer_key,
            pay_days.pay_run,
            pay_days.pay_calendar,
            pay_days.share_of_days,
            count(*) as payment_days,
            sum(case when pay_days.is_pay_day then 1 else 0 end) as days_on_the_run
        from origins
        inner join
            payments_of_days
            on payments_of_days.counts_from <= origins.origin_date
            and payments_of_days.paid_on
            > {{ add_days("origins.origin_date", "- " ~ forecast_setting("history_days")) }}
        inner join
            pay_days
            on payments_of_days.country = pay_days.country
            and payments_of_days.paid_on = pay_days.calendar_date
        group by
            origins.origin_date,
            payments_of_days.customer_key,
            pay_days.pay_run,
            pay_days.pay_calendar,
            pay_days.share_of_days
    ),

    companies_judged as (
        -- where customers also pay on weekends, paying on any day is what everyone is taken to do
        select
            origin_date,
            case
                when
                    sum(case when pay_run = 'business_day' then payment_days - days_on_the_run else 0 end)
                    > 0.05 * sum(case when pay_run = 'business_day' then payment_days else 0 end)
                then 'every_day'
                else 'business_day'
            end as usual_pay_run
        from days_judged
        group by origin_date
    ),

    rules_weighed as (
        select
            days_judged.origin_date,
            days_judged.customer_key,
            days_judged.pay_run,
            days_judged.pay_calendar,
            days_judged.payment_days,
            companies_judged.usual_pay_run,
            days_judged.days_on_the_run * ln({{ 1 - beside }} / days_judged.share_of_days) + case
                when days_judged.payment_days > days_judged.days_on_the_run
                then
                    (days_judged.payment_days - days_judged.days_on_the_run)
                    * ln({{ beside }} / greatest(1 - days_judged.share_of_days, {{ beside }}))
                else 0
            end as log_likelihood
        from days_judged
        inner join companies_judged on days_judged.origin_date = companies_judged.origin_date
    ),

    rules_of_the_well_known as (
        select
            *,
            row_number() over (
                partition by origin_date, customer_key
                order by
                    round(log_likelihood - case when pay_run = usual_pay_run then 0 else 4 end, 6) desc,
                    pay_run
            ) as place
        from rules_weighed
        where payment_days >= {{ well_known }}
    ),

    customers_counted as (
        select origin_date, pay_run, count(*) as customers
        from rules_of_the_well_known
        where place = 1
        group by origin_date, pay_run
    ),

    rules_ranked as (
        -- how common a rule is, as if ten customers had been seen of whom one in fifty-five keeps
        -- to each of the rarer ones
        select
            rules_weighed.origin_date,
            rules_weighed.customer_key,
            rules_weighed.pay_run,
            rules_weighed.pay_calendar,
            rules_weighed.payment_days,
            rules_weighed.usual_pay_run,
            row_number() over (
                partition by rules_weighed.origin_date, rules_weighed.customer_key
                order by
                    round(
                        rules_weighed.log_likelihood + case
                            when rules_weighed.pay_run = rules_weighed.usual_pay_run
                            then 0
                            else
                                ln(
                                    least(
                                        (coalesce(customers_counted.customers, 0) + 0.18)
                                        / (coalesce(usual_customers.customers, 0) + 10),
                                        1
                                    )
                                )
                        end,
                        6
                    ) desc,
                    rules_weighed.pay_run
            ) as place
        from rules_weighed
        left join
            customers_counted
            on rules_weighed.origin_date = customers_counted.origin_date
            and rules_weighed.pay_run = customers_counted.pay_run
        left join
            customers_counted as usual_customers
            on rules_weighed.origin_date = usual_customers.origin_date
            and rules_weighed.usual_pay_run = usual_customers.pay_run
    )

select *
from rules_ranked
where place = 1
