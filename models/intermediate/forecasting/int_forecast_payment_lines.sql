-- Every line of the forecast other than receipts in every week of every entity, zero rows
-- included; and of the group (entity '*'), where they are those of its entities, translated.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    other_lines as (select * from {{ ref("int_forecast_other_lines") }}),

    group_rates as (select * from {{ ref("int_forecast_group_rates") }}),

    line_names as (
        {%- for position, line in [
            (8, "refunds"),
            (9, "suppliers"),
            (10, "payroll"),
            (11, "taxes"),
            (12, "capex"),
            (13, "debt_service"),
            (14, "other_inflows"),
            (15, "other_outflows"),
        ] %}
            select {{ position }} as line_position, '{{ line }}' as line
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    weeks_of_entities as (
        select weeks.origin_date, weeks.horizon_week, weeks.week_start, legal_entities.legal_entity_id
        from weeks
        inner join origins on weeks.origin_date = origins.origin_date
        cross join legal_entities
    ),

    payment_lines as (
        select
            weeks_of_entities.origin_date,
            weeks_of_entities.horizon_week,
            weeks_of_entities.week_start,
            weeks_of_entities.legal_entity_id,
            line_names.line,
            line_names.line_position,
            coalesce(other_lines.amount, 0) as expected,
            cast(null as decimal(18, 4)) as p10,
            cast(null as decimal(18, 4)) as p50,
            cast(null as decimal(18, 4)) as p90,
            'planned or recurring: no interval is measured' as null_reason,
            coalesce(other_lines.basis, 'nothing planned or recurring') as model,
            cast(null as string) as fallback_reason
        from weeks_of_entities
        cross join line_names
        left join
            other_lines
            on weeks_of_entities.legal_entity_id = other_lines.legal_entity_id
            and weeks_of_entities.horizon_week = other_lines.horizon_week
            and line_names.line = other_lines.line
    ),

    payments_with_group as (
        select
            origin_date,
            horizon_week,
            week_start,
            legal_entity_id,
            line,
            line_position,
            expected,
            p10,
            p50,
            p90,
            null_reason,
            model,
            fallback_reason
        from payment_lines
        union all
        select
            payment_lines.origin_date,
            payment_lines.horizon_week,
            payment_lines.week_start,
            '*' as legal_entity_id,
            payment_lines.line,
            payment_lines.line_position,
            case
                when bool_and(group_rates.is_complete)
                then
                    {{
                        sum_money(
                            translate(
                                "payment_lines.expected",
                                "group_rates.group_rate",
                                "group_rates.reporting_minor_units",
                            )
                        )
                    }}
            end as expected,
            cast(null as decimal(18, 4)) as p10,
            cast(null as decimal(18, 4)) as p50,
            cast(null as decimal(18, 4)) as p90,
            payment_lines.null_reason,
            cast(null as string) as model,
            cast(null as string) as fallback_reason
        from payment_lines
        inner join
            group_rates
            on payment_lines.origin_date = group_rates.origin_date
            and payment_lines.legal_entity_id = group_rates.legal_entity_id
        group by
            payment_lines.origin_date,
            payment_lines.horizon_week,
            payment_lines.week_start,
            payment_lines.line,
            payment_lines.line_position,
            payment_lines.null_reason
    )

select *
from payments_with_group
