-- Debit impairment, credit allowance (or the mirror image): what the loss matrix requires on the
-- open items by due date, at the closing rate and rounded per bucket, less the allowance that
-- stands.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    ecl_matrix as ({{ union_kinds("ecl_matrix") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    write_off_postings as (select * from {{ ref("int_postings_of_write_offs") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    loss_rates as (
        select ecl_matrix.bucket, ecl_matrix.loss_rate
        from ecl_matrix
        inner join source_groups on ecl_matrix.source_system = source_groups.source_system
        where
            source_groups.source_rank = (
                select min(ranked.source_rank)
                from source_groups as ranked
                where ranked.source_system in (select delivering.source_system from ecl_matrix as delivering)
            )
    ),

    exposures_summed as (
        select
            open_items.legal_entity_id,
            open_items.as_of,
            open_items.due_date_bucket as bucket,
            sum({{ times("open_items.open_amount", "rates_by_day.rate") }}) as exposure
        from open_items
        inner join legal_entities on open_items.legal_entity_id = legal_entities.legal_entity_id
        inner join
            rates_by_day
            on open_items.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and open_items.as_of = rates_by_day.rate_date
        group by open_items.legal_entity_id, open_items.as_of, open_items.due_date_bucket
    ),

    required_by_bucket as (
        select
            exposures_summed.legal_entity_id,
            exposures_summed.as_of,
            {{
                round_money(
                    "cast(exposures_summed.exposure as decimal(38, 12)) * coalesce(loss_rates.loss_rate, current_rates.loss_rate)",
                    "legal_entities.functional_minor_units",
                )
            }}
            as required
        from exposures_summed
        inner join legal_entities on exposures_summed.legal_entity_id = legal_entities.legal_entity_id
        left join loss_rates on exposures_summed.bucket = loss_rates.bucket
        left join loss_rates as current_rates on current_rates.bucket = 'current'
    ),

    required_at_dates as (
        select
            report_dates.legal_entity_id,
            report_dates.as_of,
            report_dates.is_month_end,
            greatest({{ sum_money("required_by_bucket.required") }}, 0) as required
        from report_dates
        left join
            required_by_bucket
            on report_dates.legal_entity_id = required_by_bucket.legal_entity_id
            and report_dates.as_of = required_by_bucket.as_of
        where exists (select 1 from loss_rates)
        group by report_dates.legal_entity_id, report_dates.as_of, report_dates.is_month_end
    ),

    allowance_lines as (
        select legal_entity_id, posting_date, - amount as allowance, source_type = 'ecl' as is_true_up
        from journal_lines
        where control_of = 'allowance'
    ),

    booked_before_true_up as (
        select
            required_at_dates.legal_entity_id,
            required_at_dates.as_of,
            {{ sum_money("allowance_lines.allowance") }} as standing
        from required_at_dates
        left join
            allowance_lines
            on required_at_dates.legal_entity_id = allowance_lines.legal_entity_id
            and (
                allowance_lines.posting_date < required_at_dates.as_of
                or (allowance_lines.posting_date = required_at_dates.as_of and not allowance_lines.is_true_up)
            )
        group by required_at_dates.legal_entity_id, required_at_dates.as_of
    ),

    derived_before_true_up as (
        select
            months_with_predecessor.legal_entity_id,
            months_with_predecessor.as_of,
            coalesce(months_with_predecessor.previous_required, 0)
            - {{ sum_money("write_off_postings.amount") }} as standing
        from
            (
                select
                    *,
                    lag(required) over (partition by legal_entity_id order by as_of) as previous_required,
                    lag(as_of) over (partition by legal_entity_id order by as_of) as previous_as_of
                from required_at_dates
                where is_month_end
            ) as months_with_predecessor
        left join
            write_off_postings
            on months_with_predecessor.legal_entity_id = write_off_postings.legal_entity_id
            and write_off_postings.role = 'allowance'
            and write_off_postings.posting_date <= months_with_predecessor.as_of
            and write_off_postings.posting_date
            > coalesce(months_with_predecessor.previous_as_of, date '1900-01-01')
        group by
            months_with_predecessor.legal_entity_id,
            months_with_predecessor.as_of,
            months_with_predecessor.previous_required
    ),

    charges_taken as (
        select
            required_at_dates.legal_entity_id,
            required_at_dates.as_of,
            required_at_dates.required - case
                when legal_entities.ledger = 'derived'
                then derived_before_true_up.standing
                else booked_before_true_up.standing
            end as charge
        from required_at_dates
        inner join legal_entities on required_at_dates.legal_entity_id = legal_entities.legal_entity_id
        left join
            booked_before_true_up
            on required_at_dates.legal_entity_id = booked_before_true_up.legal_entity_id
            and required_at_dates.as_of = booked_before_true_up.as_of
        left join
            derived_before_true_up
            on required_at_dates.legal_entity_id = derived_before_true_up.legal_entity_id
            and required_at_dates.as_of = derived_before_true_up.as_of
        where
            required_at_dates.is_month_end
            and (
                legal_entities.ledger = 'derived'
                or required_at_dates.as_of > legal_entities.first_journal_date
                or not legal_entities.has_opening_journal
            )
    ),

    postings_named as (
        select
            'B2-21' as rule_id,
            cast(null as string) as source_system,
            'ecl' as source_type,
            'ecl-' || {{ period_of("charges_taken.as_of") }} as source_doc_id,
            charges_taken.legal_entity_id,
            sides.role,
            cast(null as string) as account_id,
            cast(charges_taken.charge * sides.side as decimal(18, 4)) as amount,
            charges_taken.as_of as posting_date
        from charges_taken
        cross join
            (
                select 'impairment' as role, 1 as side
                union all
                select 'allowance' as role, -1 as side
            ) as sides
        where charges_taken.charge <> 0
    )

select *
from postings_named
