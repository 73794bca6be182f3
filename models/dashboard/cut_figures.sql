-- What the pages show as figures, beside what it was one, three and twelve months before: nothing is
-- left to compute there. Receivables and what of them is past due are the terms of metrics.
with

    kpis as (select * from {{ ref("rpt_kpis") }}),

    kpis_by_segment as (select * from {{ ref("rpt_kpis_by_segment") }}),

    kpis_in_reporting as (select * from {{ ref("cut_reporting_kpis") }}),

    legal_entities as (select * from {{ ref("dim_legal_entity") }}),

    kpis_unioned as (
        select
            as_of,
            legal_entity_id,
            'all' as segment,
            case when legal_entity_id = '*' then 'reporting' else 'functional' end as currency_view,
            'rpt_kpis' as mart,
            metric_id,
            cast(value as double) as value,
            numerator,
            denominator,
            null_reason
        from kpis
        union all
        select
            as_of,
            legal_entity_id,
            segment,
            case when legal_entity_id = '*' then 'reporting' else 'functional' end as currency_view,
            'rpt_kpis_by_segment' as mart,
            metric_id,
            cast(value as double) as value,
            numerator,
            denominator,
            null_reason
        from kpis_by_segment
        union all
        select
            as_of,
            legal_entity_id,
            'all' as segment,
            'reporting' as currency_view,
            'cut_reporting_kpis' as mart,
            metric_id,
            value,
            numerator,
            denominator,
            null_reason
        from kpis_in_reporting
    ),

    figures_listed as (
        select
            as_of,
            legal_entity_id,
            segment,
            currency_view,
            mart,
            metric_id,
            metric_id as figure,
            'value' as mart_column,
            value,
            numerator,
            denominator,
            null_reason
        from kpis_unioned
        union all
        select
            as_of,
            legal_entity_id,
            segment,
            currency_view,
            mart,
            metric_id,
            'receivables' as figure,
            'numerator' as mart_column,
            cast(numerator as double) as value,
            numerator,
            cast(null as decimal(18, 4)) as denominator,
            cast(null as string) as null_reason
        from kpis_unioned
        where metric_id = 'dso_month'
        union all
        select
            as_of,
            legal_entity_id,
            segment,
            currency_view,
            mart,
            metric_id,
            'past_due' as figure,
            'numerator' as mart_column,
            cast(numerator as double) as value,
            numerator,
            cast(null as decimal(18, 4)) as denominator,
            cast(null as string) as null_reason
        from kpis_unioned
        where metric_id = 'average_days_delinquent_month'
    ),

    currencies_of_entities as (
        select legal_entity_id, functional_currency as currency, 'functional' as currency_view
        from legal_entities
        union all
        select legal_entity_id, reporting_currency as currency, 'reporting' as currency_view
        from legal_entities
        union all
        select '*' as legal_entity_id, max(reporting_currency) as currency, 'reporting' as currency_view
        from legal_entities
    ),

    months_numbered as (
        select
            figures_listed.*,
            currencies_of_entities.currency,
            extract(year from figures_listed.as_of) * 12
            + extract(month from figures_listed.as_of) as month_number
        from figures_listed
        left join
            currencies_of_entities
            on figures_listed.legal_entity_id = currencies_of_entities.legal_entity_id
            and figures_listed.currency_view = currencies_of_entities.currency_view
    ),

    figures_compared as (
        select
            figures.as_of,
            figures.legal_entity_id,
            figures.segment,
            figures.currency_view,
            figures.figure,
            figures.mart,
            figures.mart_column,
            figures.metric_id,
            figures.currency,
            figures.value,
            figures.numerator,
            figures.denominator,
            figures.null_reason,
            {% for months in (1, 3, 12) -%}
                before_{{ months }}.value as value_{{ months }}_months_before,
                figures.value - before_{{ months }}.value as change_in_{{ months }}_months
                {{- "," if not loop.last }}
            {% endfor %}
        from months_numbered as figures
        {%- for months in (1, 3, 12) %}
            left join
                months_numbered as before_{{ months }}
                on figures.legal_entity_id = before_{{ months }}.legal_entity_id
                and figures.segment = before_{{ months }}.segment
                and figures.currency_view = before_{{ months }}.currency_view
                and figures.figure = before_{{ months }}.figure
                and figures.month_number = before_{{ months }}.month_number + {{ months }}
        {%- endfor %}
    )

select *
from figures_compared
