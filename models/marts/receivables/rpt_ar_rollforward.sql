-- Opening and closing are open items; what lies between is each movement at its document's rate.
-- They need not agree: control SL-04 says where they do not.
with

    report_periods as (select * from {{ ref("int_report_periods") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    movements as (
        select movements_of_documents.*
        from {{ ref("int_receivable_movements") }} as movements_of_documents
        cross join as_of
        where
            movements_of_documents.effective_date <= as_of.as_of
            and movements_of_documents.receivable_role = 'ar'
    ),

    balances as (select * from {{ ref("int_receivable_balances") }} where receivable_role = 'ar'),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    movements_classified as (
        select
            legal_entity_id,
            {{ period_of("effective_date") }} as period,
            case
                when movement_type = 'posting' and doc_type <> 'credit_memo' then functional_change else 0
            end as invoiced,
            case
                when movement_type = 'posting' and doc_type = 'credit_memo' then functional_change else 0
            end as credited,
            case
                when movement_type = 'application' then functional_change + discount_functional else 0
            end as collected,
            case when movement_type = 'application' then - discount_functional else 0 end as discounts,
            case when movement_type = 'write_off' then functional_change else 0 end as written_off,
            case when movement_type = 'credit_application' then functional_change else 0 end as fx_difference
        from movements
        where not is_opening_item
    ),

    movements_summed as (
        select
            legal_entity_id,
            period,
            sum(invoiced) as invoiced,
            sum(credited) as credited,
            sum(collected) as collected,
            sum(discounts) as discounts,
            sum(written_off) as written_off,
            sum(fx_difference) as fx_difference
        from movements_classified
        group by legal_entity_id, period
    ),

    opening_items_summed as (
        select legal_entity_id, sum(functional_change) as opening
        from movements
        where is_opening_item
        group by legal_entity_id
    ),

    closings_summed as (
        select
            report_periods.legal_entity_id,
            report_periods.period,
            sum(balances.open_amount_functional) as closing
        from report_periods
        inner join
            balances
            on report_periods.legal_entity_id = balances.legal_entity_id
            and report_periods.last_date >= balances.valid_from
            and report_periods.last_date < balances.valid_before
        group by report_periods.legal_entity_id, report_periods.period
    ),

    periods_rolled as (
        select
            report_periods.legal_entity_id,
            report_periods.period,
            report_periods.first_date,
            report_periods.last_date,
            coalesce(
                lag(coalesce(closings_summed.closing, 0)) over (
                    partition by report_periods.legal_entity_id order by report_periods.period
                ),
                opening_items_summed.opening,
                0
            ) as opening,
            coalesce(movements_summed.invoiced, 0) as invoiced,
            coalesce(movements_summed.credited, 0) as credited,
            coalesce(movements_summed.collected, 0) as collected,
            coalesce(movements_summed.discounts, 0) as discounts,
            coalesce(movements_summed.written_off, 0) as written_off,
            coalesce(movements_summed.fx_difference, 0) as fx_difference,
            coalesce(closings_summed.closing, 0) as closing
        from report_periods
        left join
            movements_summed
            on report_periods.legal_entity_id = movements_summed.legal_entity_id
            and report_periods.period = movements_summed.period
        left join
            closings_summed
            on report_periods.legal_entity_id = closings_summed.legal_entity_id
            and report_periods.period = closings_summed.period
        left join
            opening_items_summed on report_periods.legal_entity_id = opening_items_summed.legal_entity_id
    ),

    residuals_taken as (
        select
            *,
            closing
            - opening
            - invoiced
            - credited
            - collected
            - discounts
            - written_off
            - fx_difference as residual
        from periods_rolled
    ),

    periods_translated as (
        select
            residuals_taken.legal_entity_id,
            residuals_taken.period,
            {{
                translate(
                    "residuals_taken.opening",
                    "coalesce(opening_rates.closing_rate, closing_rates.closing_rate)",
                    "closing_rates.reporting_minor_units",
                )
            }} as opening,
            {{
                translate(
                    "residuals_taken.invoiced",
                    "closing_rates.average_rate",
                    "closing_rates.reporting_minor_units",
                )
            }} as invoiced,
            {{
                translate(
                    "residuals_taken.credited",
                    "closing_rates.average_rate",
                    "closing_rates.reporting_minor_units",
                )
            }} as credited,
            {{
                translate(
                    "residuals_taken.collected",
                    "closing_rates.average_rate",
                    "closing_rates.reporting_minor_units",
                )
            }} as collected,
            {{
                translate(
                    "residuals_taken.discounts",
                    "closing_rates.average_rate",
                    "closing_rates.reporting_minor_units",
                )
            }} as discounts,
            {{
                translate(
                    "residuals_taken.written_off",
                    "closing_rates.average_rate",
                    "closing_rates.reporting_minor_units",
                )
            }} as written_off,
            {{
                translate(
                    "residuals_taken.residual",
                    "closing_rates.average_rate",
                    "closing_rates.reporting_minor_units",
                )
            }} as residual,
            {{
                translate(
                    "residuals_taken.closing",
                    "closing_rates.closing_rate",
                    "closing_rates.reporting_minor_units",
                )
            }} as closing
        from residuals_taken
        left join
            translation_rates as closing_rates
            on residuals_taken.legal_entity_id = closing_rates.legal_entity_id
            and residuals_taken.last_date = closing_rates.rate_date
        left join
            translation_rates as opening_rates
            on residuals_taken.legal_entity_id = opening_rates.legal_entity_id
            and opening_rates.rate_date = {{ add_days("residuals_taken.first_date", -1) }}
        where
            exists (
                select 1
                from {{ ref("int_legal_entities") }} as entities
                where entities.reporting_currency is not null
            )
    ),

    openings_chained as (
        -- group figures open at the previous closing, whatever the rate has done since
        select
            *,
            coalesce(
                lag(closing) over (partition by legal_entity_id order by period), opening
            ) as opening_chained
        from periods_translated
    ),

    group_summed as (
        select
            period,
            sum(opening_chained) as opening,
            sum(invoiced) as invoiced,
            sum(credited) as credited,
            sum(collected) as collected,
            sum(discounts) as discounts,
            sum(written_off) as written_off,
            sum(
                closing
                - opening_chained
                - invoiced
                - credited
                - collected
                - discounts
                - written_off
                - residual
            ) as fx_difference,
            sum(closing) as closing
        from openings_chained
        group by period
        having count(*) = count(closing)
    ),

    entities_and_group_unioned as (
        select
            period,
            legal_entity_id,
            opening,
            invoiced,
            credited,
            collected,
            discounts,
            written_off,
            fx_difference,
            closing
        from residuals_taken
        union all
        select
            period,
            '*' as legal_entity_id,
            opening,
            invoiced,
            credited,
            collected,
            discounts,
            written_off,
            fx_difference,
            closing
        from group_summed
    ),

    amounts_typed as (
        select
            period,
            legal_entity_id,
            cast(opening as decimal(18, 4)) as opening,
            cast(invoiced as decimal(18, 4)) as invoiced,
            cast(credited as decimal(18, 4)) as credited,
            cast(collected as decimal(18, 4)) as collected,
            cast(discounts as decimal(18, 4)) as discounts,
            cast(written_off as decimal(18, 4)) as written_off,
            cast(fx_difference as decimal(18, 4)) as fx_difference,
            cast(closing as decimal(18, 4)) as closing
        from entities_and_group_unioned
    )

select *
from amounts_typed
