-- The season of new business as each origin knows it: how a calendar month's weeks compare with
-- the year's, by the last two years of 52 weeks, as far as the two agree. What one year shows and
-- the other does not is chance; a company with less than two years has no season yet.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    business_weeks as (select * from {{ ref("int_forecast_business_weeks") }}),

    ages_listed as ({{ number_range(1, 104, "weeks_ago") }}),

    spans_known as (
        select origin_date, legal_entity_id
        from business_weeks
        group by origin_date, legal_entity_id
        having max(weeks_ago) >= 104
    ),

    weeks_listed as (
        -- the month of a week is that of its Thursday
        select
            spans_known.origin_date,
            spans_known.legal_entity_id,
            ages_listed.weeks_ago,
            case when ages_listed.weeks_ago <= 52 then 1 else 2 end as year_ago,
            extract(
                month from {{ add_days("origins.first_week_start", "(3 - 7 * ages_listed.weeks_ago)") }}
            ) as calendar_month
        from spans_known
        inner join origins on spans_known.origin_date = origins.origin_date
        cross join ages_listed
    ),

    values_of_weeks as (
        select origin_date, legal_entity_id, weeks_ago, {{ exact_sum("value") }} as value
        from business_weeks
        group by origin_date, legal_entity_id, weeks_ago
    ),

    months_summed as (
        select
            weeks_listed.origin_date,
            weeks_listed.legal_entity_id,
            weeks_listed.year_ago,
            weeks_listed.calendar_month,
            {{ exact_sum("coalesce(values_of_weeks.value, 0)") }} / count(*) as value_of_week
        from weeks_listed
        left join
            values_of_weeks
            on weeks_listed.origin_date = values_of_weeks.origin_date
            and weeks_listed.legal_entity_id = values_of_weeks.legal_entity_id
            and weeks_listed.weeks_ago = values_of_weeks.weeks_ago
        group by
            weeks_listed.origin_date,
            weeks_listed.legal_entity_id,
            weeks_listed.year_ago,
            weeks_listed.calendar_month
    ),

    years_summed as (
        select origin_date, legal_entity_id, year_ago, {{ exact_sum("value_of_week") }} / count(*) as usual
        from months_summed
        group by origin_date, legal_entity_id, year_ago
    ),

    years_compared as (
        select
            months_summed.origin_date,
            months_summed.legal_entity_id,
            months_summed.calendar_month,
            {{
                exact_sum(
                    "case when months_summed.year_ago = 1"
                    ~ " then months_summed.value_of_week / years_summed.usual - 1 else 0 end"
                )
            }} as last_year,
            {{
                exact_sum(
                    "case when months_summed.year_ago = 2"
                    ~ " then months_summed.value_of_week / years_summed.usual - 1 else 0 end"
                )
            }} as year_before
        from months_summed
        inner join
            years_summed
            on months_summed.origin_date = years_summed.origin_date
            and months_summed.legal_entity_id = years_summed.legal_entity_id
            and months_summed.year_ago = years_summed.year_ago
        where years_summed.usual > 0
        group by months_summed.origin_date, months_summed.legal_entity_id, months_summed.calendar_month
    ),

    agreements_measured as (
        -- the share of the two years' mean profile that is the same in both
        select
            origin_date,
            legal_entity_id,
            greatest({{ exact_sum("last_year * year_before") }}, 0) / nullif(
                {{ exact_sum("(last_year + year_before) * (last_year + year_before) / 4") }}, 0
            ) as agreement
        from years_compared
        group by origin_date, legal_entity_id
    ),

    seasons_drawn as (
        select
            years_compared.origin_date,
            years_compared.legal_entity_id,
            cast(years_compared.calendar_month as integer) as calendar_month,
            greatest(
                round(
                    1
                    + least(coalesce(agreements_measured.agreement, 0), 1)
                    * (years_compared.last_year + years_compared.year_before)
                    / 2,
                    6
                ),
                0.05
            ) as season
        from years_compared
        inner join
            agreements_measured
            on years_compared.origin_date = agreements_measured.origin_date
            and years_compared.legal_entity_id = agreements_measured.legal_entity_id
    )

select *
from seasons_drawn
