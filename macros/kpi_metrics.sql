{#- The terms that are balances at a date, and those that are flows of a month: what translates them differs. -#}
{% macro kpi_balances() -%} receivables receivables_current unapplied_cash disputes_open {%- endmacro %}

{% macro kpi_flows() -%}
    credit_sales gross_invoiced deductions write_offs
    cash_applied cash_days_to_pay cash_applied_with_terms cash_days_beyond_terms
{%- endmacro %}

{#- Terms one beside the other: one row per period and slice. -#}
{% macro pivot_terms(terms, keys) -%}
    select
        {{ keys | join(", ") }},
        period,
        {%- for term in kpi_balances().split() + kpi_flows().split() + ["receivables_opening"] %}
            {{ sum_money("case when term = '" ~ term ~ "' then amount end") }} as {{ term }}
            {{- "," if not loop.last }}
        {%- endfor %}
    from {{ terms }}
    group by {{ keys | join(", ") }}, period
{%- endmacro %}

{#-
  What the loss matrix requires of each slice and bucket: exposure × loss rate, rounded once. Null where a loss rate or
  the rate of a currency is missing.
-#}
{% macro required_by_bucket(exposures, keys) -%}
    select
        {{ keys | join(", ") }},
        as_of,
        bucket,
        sum(open_items) as open_items,
        sum(items_without_rate) as items_without_rate,
        case when not bool_or(lacks_rate) then cast(sum(exposure) as decimal(38, 12)) end as exposure,
        max(loss_rate) as loss_rate,
        max(functional_minor_units) as functional_minor_units,
        case
            when not bool_or(lacks_rate)
            then
                {{
                    round_money(
                        "cast(sum(exposure) as decimal(38, 12)) * max(loss_rate)",
                        "max(functional_minor_units)",
                    )
                }}
        end as required
    from {{ exposures }}
    group by {{ keys | join(", ") }}, as_of, bucket
{%- endmacro %}

{#-
  The allowance that the loss matrix requires of each slice: its buckets summed, not below zero. Null where one of them
  is not known.
-#}
{% macro required_allowance(exposures, keys) -%}
    select
        {{ keys | join(", ") }},
        as_of,
        case
            when count(*) = count(required) then greatest({{ sum_money("required") }}, 0)
        end as required_allowance
    from ({{ required_by_bucket(exposures, keys) }}) as buckets_required
    group by {{ keys | join(", ") }}, as_of
{%- endmacro %}

{#-
  Terms per customer summed into slices: a row per report period and slice, from the company's first period on, with the
  balance that the slice's receivables began the month with.

  slice: column of `slices`, which leads from customer_key to the slice.
-#}
{% macro terms_of_slices(slice, slices) -%}
    with

        report_periods as (
            select *, row_number() over (partition by legal_entity_id order by period) as period_number
            from {{ ref("int_report_periods") }}
        ),

        terms_sliced as (
            select terms.legal_entity_id, slices.{{ slice }}, terms.period, terms.term, terms.amount
            from {{ ref("int_metric_terms") }} as terms
            inner join {{ slices }} as slices on terms.customer_key = slices.customer_key
        ),

        terms_pivoted as ({{ pivot_terms("terms_sliced", ["legal_entity_id", slice]) }}),

        exposures_sliced as (
            select exposures.*, slices.{{ slice }}
            from {{ ref("int_loss_exposures") }} as exposures
            inner join {{ slices }} as slices on exposures.customer_key = slices.customer_key
        ),

        allowances_required as ({{ required_allowance("exposures_sliced", ["legal_entity_id", slice]) }}),

        matrix_found as (
            select count(*) > 0 as has_loss_matrix
            from {{ ref("int_loss_exposures") }}
            where loss_rate is not null
        ),

        slices_begun as (
            select legal_entity_id, {{ slice }}, min(period) as first_period
            from terms_sliced
            group by legal_entity_id, {{ slice }}
        ),

        slices_by_period as (
            select
                slices_begun.legal_entity_id,
                slices_begun.{{ slice }},
                report_periods.period,
                report_periods.first_date,
                report_periods.last_date as as_of,
                report_periods.period_number,
                report_periods.period >= slices_begun.first_period as has_begun,
                {% for term in kpi_balances().split() + kpi_flows().split() -%}
                    coalesce(terms_pivoted.{{ term }}, 0) as {{ term }},
                {% endfor -%}
                terms_pivoted.receivables_opening as opening_items,
                case
                    when matrix_found.has_loss_matrix and allowances_required.as_of is null
                    then 0
                    else allowances_required.required_allowance
                end as required_allowance
            from slices_begun
            inner join report_periods on slices_begun.legal_entity_id = report_periods.legal_entity_id
            cross join matrix_found
            left join
                terms_pivoted
                on slices_begun.legal_entity_id = terms_pivoted.legal_entity_id
                and slices_begun.{{ slice }} = terms_pivoted.{{ slice }}
                and report_periods.period = terms_pivoted.period
            left join
                allowances_required
                on slices_begun.legal_entity_id = allowances_required.legal_entity_id
                and slices_begun.{{ slice }} = allowances_required.{{ slice }}
                and report_periods.last_date = allowances_required.as_of
        )

    select
        *,
        coalesce(
            lag(receivables) over (partition by legal_entity_id, {{ slice }} order by period),
            opening_items,
            0
        ) as receivables_opening
    from slices_by_period
{%- endmacro %}

{#-
  The rows of all companies in the reporting currency, summed into rows of the group: balances at the rate of their
  date, those at the month's beginning at the rate of the day before it, flows at the mean of the month so far. Where the
  rate of one company is missing there is no row.

  keys: columns of a slice, the company left out. more_flows: flows that the relation has beyond those of every slice.
-#}
{% macro translate_terms(terms, keys, more_flows=[]) -%}
    select
        '*' as legal_entity_id,
        {% for key in keys -%} {{ key }}, {% endfor -%}
        period,
        min(first_date) as first_date,
        as_of,
        max(period_number) as period_number,
        bool_or(has_begun) as has_begun,
        {% for term in kpi_balances().split() + kpi_flows().split() + more_flows -%}
            {{ sum_money(term) }} as {{ term }},
        {% endfor -%}
        case
            when count(*) = count(required_allowance) then {{ sum_money("required_allowance") }}
        end as required_allowance,
        {{ sum_money("receivables_opening") }} as receivables_opening
    from
        (
            select
                {% for key in keys -%} terms.{{ key }}, {% endfor -%}
                terms.period,
                terms.first_date,
                terms.as_of,
                terms.period_number,
                terms.has_begun,
                {% for term in kpi_balances().split() -%}
                    {{
                        translate(
                            "terms." ~ term, "closing_rates.closing_rate", "entities.reporting_minor_units"
                        )
                    }} as {{ term }},
                {% endfor -%}
                {% for term in kpi_flows().split() + more_flows -%}
                    {{
                        translate(
                            "terms." ~ term, "mean_rates.average_rate", "entities.reporting_minor_units"
                        )
                    }} as {{ term }},
                {% endfor -%}
                {{
                    translate(
                        "terms.required_allowance",
                        "closing_rates.closing_rate",
                        "entities.reporting_minor_units",
                    )
                }} as required_allowance,
                {{
                    translate(
                        "terms.receivables_opening",
                        "coalesce(opening_rates.closing_rate, closing_rates.closing_rate)",
                        "entities.reporting_minor_units",
                    )
                }} as receivables_opening,
                closing_rates.closing_rate is not null and mean_rates.average_rate is not null as has_rates
            from {{ terms }} as terms
            inner join
                {{ ref("int_legal_entities") }} as entities
                on terms.legal_entity_id = entities.legal_entity_id
                and entities.reporting_currency is not null
            left join
                {{ ref("int_translation_rates") }} as closing_rates
                on terms.legal_entity_id = closing_rates.legal_entity_id
                and terms.as_of = closing_rates.rate_date
            left join
                {{ ref("int_translation_rates") }} as opening_rates
                on terms.legal_entity_id = opening_rates.legal_entity_id
                and opening_rates.rate_date = {{ add_days("terms.first_date", -1) }}
            left join
                (
                    select distinct legal_entity_id, period, average_rate
                    from {{ ref("int_translation_rates") }}
                ) as mean_rates
                on terms.legal_entity_id = mean_rates.legal_entity_id
                and terms.period = mean_rates.period
        ) as terms_translated
    group by {% for key in keys -%} {{ key }}, {% endfor -%} period, as_of
    having bool_and(has_rates)
{%- endmacro %}

{#-
  The months back from each date of a slice, from its own sales: what `dso_metrics` counts with. Months of a slice whose
  reports have not begun count with their days, without sales.
-#}
{% macro months_of_slices(terms, keys) -%}
    select
        {{ qualified("dates", keys) }},
        dates.as_of,
        {{
            months_between(
                month_start("months_sold.first_date"),
                month_start("dates.first_date"),
            )
        }} + 1 as months_counted,
        months_sold.credit_sales as sales,
        {{ days_between("months_sold.first_date", "months_sold.as_of") }} + 1 as days
    from {{ terms }} as dates
    inner join
        {{ terms }} as months_sold
        on {{ keys_equal("dates", "months_sold", keys) }}
        and months_sold.as_of <= dates.as_of
        and dates.period_number - months_sold.period_number < 24
    where dates.has_begun
{%- endmacro %}

{#-
  One metric of each row of `terms_windowed`: numerator ÷ denominator × factor, or an amount without a denominator.

  months: length of the window; a quarter's metrics stand at quarter ends only. absent: reason where an amount is null.
-#}
{% macro kpi(metric_id, numerator, denominator=none, factor="1", months=1, absent="missing_rate") -%}
    select
        terms_windowed.*,
        '{{ metric_id }}' as metric_id,
        {{ "true" if months == 1 else "coalesce(has_" ~ months ~ "_months, false)" }} as has_history,
        {{ "false" if denominator is none else "true" }} as is_ratio,
        cast({{ numerator }} as decimal(18, 4)) as numerator,
        cast({{ "null" if denominator is none else denominator }} as decimal(18, 4)) as denominator,
        {{ factor }} as factor,
        '{{ absent }}' as reason_of_absence
    from terms_windowed
    where has_begun {{ "and is_quarter_end" if months == 3 }}
{%- endmacro %}

{#- The metrics that every slice has, besides days sales outstanding. -#}
{% macro kpis_of_slices() -%}
    {{ kpi("best_possible_dso_month", "receivables_current", "credit_sales", factor="days") }}
    union all
    {{
        kpi(
            "average_days_delinquent_month",
            "receivables - receivables_current",
            "credit_sales",
            factor="days",
        )
    }}
    union all
    {{
        kpi(
            "cei_month",
            "receivables_opening + credit_sales - receivables",
            "receivables_opening + credit_sales - receivables_current",
            factor="100",
        )
    }}
    union all
    {{
        kpi(
            "cei_month_ex_write_offs",
            "receivables_opening + credit_sales - receivables - write_offs",
            "receivables_opening + credit_sales - receivables_current",
            factor="100",
        )
    }}
    union all
    {{ kpi("dispute_rate", "disputes_open", "receivables", factor="100") }}
    union all
    {{ kpi("unapplied_cash", "unapplied_cash") }}
    union all
    {{ kpi("ecl_required", "required_allowance") }}
    union all
    {{
        kpi(
            "ar_turnover_quarter",
            "credit_sales_quarter",
            "(receivables_opening_quarter + receivables) * 0.5",
            months=3,
        )
    }}
    union all
    {{ kpi("days_to_pay_quarter", "cash_days_to_pay_quarter", "cash_applied_quarter", months=3) }}
    union all
    {{
        kpi(
            "days_beyond_terms_quarter",
            "cash_days_beyond_terms_quarter",
            "cash_applied_with_terms_quarter",
            months=3,
        )
    }}
    union all
    {{ kpi("deduction_rate_quarter", "deductions_quarter", "gross_invoiced_quarter", "100", months=3) }}
{%- endmacro %}

{#- The metrics that need a ledger, and so stand for companies and the group only. -#}
{% macro kpis_of_companies() -%}
    {{ kpi("recognised_minus_invoiced_month", "recognised_minus_invoiced") }}
    union all
    {{ kpi("net_revenue_month", "net_revenue", absent="no_ledger") }}
    union all
    {{ kpi("operating_cash_flow_month", "operating_cash_flow", absent="no_ledger") }}
    union all
    {{ kpi("ocf_to_sales_month", "operating_cash_flow", "net_revenue", absent="no_ledger") }}
    union all
    {{
        kpi(
            "ocf_to_sales_quarter",
            "operating_cash_flow_quarter",
            "net_revenue_quarter",
            months=3,
            absent="no_ledger",
        )
    }}
    union all
    {{
        kpi(
            "ocf_to_sales_12m",
            "operating_cash_flow_year",
            "net_revenue_year",
            months=12,
            absent="no_ledger",
        )
    }}
    union all
    {{ kpi("net_income_to_sales_month", "net_income", "net_revenue", absent="no_ledger") }}
    union all
    {{
        kpi(
            "net_income_to_sales_quarter",
            "net_income_quarter",
            "net_revenue_quarter",
            months=3,
            absent="no_ledger",
        )
    }}
    union all
    {{
        kpi(
            "cash_conversion_quarter",
            "operating_cash_flow_quarter",
            "net_income_quarter",
            months=3,
            absent="no_ledger",
        )
    }}
{%- endmacro %}

{#-
  Metrics of each row of terms: numerator ÷ denominator × factor, or an amount where there is no denominator. Null with
  `insufficient_history` where the window is longer than the months reported, with `non_positive_denominator` where the
  denominator is not above zero, with the metric's own reason where an amount cannot be told (`missing_rate`).

  terms: relation with the keys, as_of, first_date, period, period_number, has_begun and the terms.
  more_flows: totals of statements that the relation has besides; where there are some, the metrics that need a ledger
  are taken too.
-#}
{% macro kpi_metrics(terms, keys, more_flows=[]) -%}
    {%- set by_slice = "partition by " ~ keys | join(", ") ~ " order by period" -%}
    {%- set quarter = by_slice ~ " rows between 2 preceding and current row" -%}
    {%- set year = by_slice ~ " rows between 11 preceding and current row" -%}
    with

        terms_windowed as (
            select
                *,
                {{ days_between("first_date", "as_of") }} + 1 as days,
                extract(month from as_of) in (3, 6, 9, 12)
                and as_of = {{ month_end("as_of") }} as is_quarter_end,
                {{ months_between("lag(first_date, 2) over (" ~ by_slice ~ ")", "first_date") }}
                = 2 as has_3_months,
                {{ months_between("lag(first_date, 11) over (" ~ by_slice ~ ")", "first_date") }}
                = 11 as has_12_months,
                {% for term in kpi_flows().split() + more_flows -%}
                    sum({{ term }}) over ({{ quarter }}) as {{ term }}_quarter,
                {% endfor -%}
                {% for term in more_flows -%}
                    sum({{ term }}) over ({{ year }}) as {{ term }}_year,
                {% endfor -%}
                first_value(receivables_opening) over ({{ quarter }}) as receivables_opening_quarter
            from {{ terms }}
        ),

        terms_of_metrics as (
            {{ kpis_of_slices() }}
            {% if more_flows -%}
                union all
                {{ kpis_of_companies() }}
            {%- endif %}
        )

    select
        {{ keys | join(", ") }},
        as_of,
        metric_id,
        case
            when not has_history
            then null
            when not is_ratio
            then cast(numerator as double)
            when denominator > 0
            then cast(numerator as double) / cast(denominator as double) * factor
        end as value,
        case when has_history then numerator end as numerator,
        case when has_history then denominator end as denominator,
        case
            when not has_history
            then 'insufficient_history'
            when numerator is null or (is_ratio and denominator is null)
            then reason_of_absence
            when is_ratio and denominator <= 0
            then 'non_positive_denominator'
        end as null_reason
    from terms_of_metrics
{%- endmacro %}
