{#-
  The four metrics of days sales outstanding, for any slice: one text serves the table macro for any date and the
  reports of month ends.

  receivables: relation with the keys and `receivables`, the balance at the date.
  months: relation with the keys, `months_counted` (1 = the month of the date, 2 = the one before …), `sales` and
  `days` of that month, those so far in the month of the date.
  keys: columns that name a slice and, where there are several, its date.
-#}
{% macro dso_metrics(receivables, months, keys) -%}
    {%- set key_columns = keys | join(", ") -%}
    with

        months_run as (
            select
                months_back.*,
                balances.receivables,
                sum(months_back.sales) over by_month as sales_so_far,
                sum(months_back.days) over by_month as days_so_far,
                sum(greatest(months_back.sales, 0)) over by_month as consumed_so_far,
                count(*) over by_month = months_back.months_counted as is_history_complete
            from {{ months }} as months_back
            inner join {{ receivables }} as balances on {{ keys_equal("months_back", "balances", keys) }}
            window
                by_month as (
                    partition by {{ qualified("months_back", keys) }}
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
                {{ qualified("balances", keys) }},
                windows_listed.metric_id,
                balances.receivables as numerator,
                months_run.sales_so_far as denominator,
                months_run.days_so_far as days
            from {{ receivables }} as balances
            cross join windows_listed
            left join
                months_run
                on {{ keys_equal("balances", "months_run", keys) }}
                and windows_listed.months = months_run.months_counted
                and months_run.is_history_complete
        ),

        ratios_taken as (
            select
                {{ key_columns }},
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
                {{ key_columns }},
                coalesce(
                    min(case when sales > 0 and consumed_so_far > receivables then months_counted end),
                    max(case when months_counted = 24 then months_counted end)
                ) as months_counted
            from months_run
            where months_counted <= 24 and is_history_complete
            group by {{ key_columns }}
        ),

        countback_taken as (
            select
                {{ qualified("balances", keys) }},
                'dso_countback' as metric_id,
                case
                    when balances.receivables <= 0
                    then cast(0 as double)
                    when months_run.consumed_so_far <= balances.receivables
                    then cast(months_run.days_so_far as double)
                    when months_run.months_counted is not null
                    then
                        months_run.days_so_far
                        - months_run.days
                        + cast(
                            balances.receivables - (months_run.consumed_so_far - months_run.sales) as double
                        )
                        / cast(months_run.sales as double)
                        * months_run.days
                end as value,
                case
                    when balances.receivables <= 0 or months_run.months_counted is not null
                    then balances.receivables
                end as numerator,
                cast(null as decimal(18, 4)) as denominator,
                case
                    when balances.receivables <= 0
                    then null
                    when months_run.months_counted is null
                    then 'insufficient_history'
                    when months_run.consumed_so_far <= balances.receivables
                    then 'exhausted'
                end as null_reason
            from {{ receivables }} as balances
            left join exhausting_months_found on {{ keys_equal("balances", "exhausting_months_found", keys) }}
            left join
                months_run
                on {{ keys_equal("exhausting_months_found", "months_run", keys) }}
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
        {{ key_columns }},
        metric_id,
        value,
        cast(numerator as decimal(18, 4)) as numerator,
        cast(denominator as decimal(18, 4)) as denominator,
        null_reason
    from metrics_unioned
{%- endmacro %}

{#- The equality of two relations in all key columns, none of which is ever null. -#}
{% macro keys_equal(left_relation, right_relation, keys) -%}
    {%- for key in keys -%}
        {{ " and " if not loop.first }}{{ left_relation }}.{{ key }} = {{ right_relation }}.{{ key }}
    {%- endfor -%}
{%- endmacro %}

{#- Key columns named with their relation. -#}
{% macro qualified(relation, keys) -%}
    {%- for key in keys -%} {{ ", " if not loop.first }}{{ relation }}.{{ key }} {%- endfor -%}
{%- endmacro %}
