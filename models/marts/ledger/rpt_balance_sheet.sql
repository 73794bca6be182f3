-- Every line of a company is translated at the rate of the as-of date and rounded by itself; what that
-- rounding leaves over stands in the group's equity. Where the books of a company do not balance, the
-- group's sheet does not either, by the same amount.
with

    balance_lines as (select * from {{ ref("int_balance_lines") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    imbalances_found as (
        select
            as_of,
            legal_entity_id,
            sum(case when section = 'asset' then amount_in_group else - amount_in_group end) as imbalance
        from balance_lines
        group by as_of, legal_entity_id
    ),

    lines_translated as (
        select
            balance_lines.as_of,
            balance_lines.section,
            balance_lines.line,
            {{
                translate(
                    "balance_lines.amount_in_group",
                    "translation_rates.closing_rate",
                    "translation_rates.reporting_minor_units",
                )
            }} as amount
        from balance_lines
        left join
            translation_rates
            on balance_lines.legal_entity_id = translation_rates.legal_entity_id
            and balance_lines.as_of = translation_rates.rate_date
    ),

    dates_translated as (select as_of from lines_translated group by as_of having count(*) = count(amount)),

    imbalances_translated as (
        select
            imbalances_found.as_of,
            sum(
                {{
                    translate(
                        "imbalances_found.imbalance",
                        "translation_rates.closing_rate",
                        "translation_rates.reporting_minor_units",
                    )
                }}
            ) as imbalance
        from imbalances_found
        inner join
            translation_rates
            on imbalances_found.legal_entity_id = translation_rates.legal_entity_id
            and imbalances_found.as_of = translation_rates.rate_date
        group by imbalances_found.as_of
    ),

    roundings_found as (
        select
            lines_translated.as_of,
            sum(
                case
                    when lines_translated.section = 'asset'
                    then lines_translated.amount
                    else - lines_translated.amount
                end
            )
            - max(imbalances_translated.imbalance) as amount
        from lines_translated
        inner join imbalances_translated on lines_translated.as_of = imbalances_translated.as_of
        group by lines_translated.as_of
    ),

    translation_differences_standing as (
        select as_of, amount
        from roundings_found
        where as_of >= (select min(begun.as_of) from roundings_found as begun where begun.amount <> 0)
    ),

    group_lines_unioned as (
        select as_of, section, line, amount
        from lines_translated
        union all
        select as_of, 'equity' as section, 'Translation difference' as line, amount
        from translation_differences_standing
    ),

    group_summed as (
        select
            group_lines_unioned.as_of,
            '*' as legal_entity_id,
            group_lines_unioned.section,
            group_lines_unioned.line,
            {{ sum_money("group_lines_unioned.amount") }} as amount
        from group_lines_unioned
        inner join dates_translated on group_lines_unioned.as_of = dates_translated.as_of
        group by group_lines_unioned.as_of, group_lines_unioned.section, group_lines_unioned.line
    ),

    entities_and_group_unioned as (
        select as_of, legal_entity_id, section, line, amount
        from balance_lines
        where not is_of_group_only
        union all
        select as_of, legal_entity_id, section, line, amount
        from group_summed
    )

select *
from entities_and_group_unioned
