-- Debit impairment, credit allowance (or the mirror image): what the loss matrix requires on the
-- open items by due date, at the closing rate and rounded per bucket, less the allowance that
-- stands.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    loss_exposures as (select * from {{ ref("int_loss_exposures") }}),

    loss_matrix as (select * from {{ ref("int_loss_matrix") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    write_off_postings as (select * from {{ ref("int_postings_of_write_offs") }}),

    allowances_required as ({{ required_allowance("loss_exposures", ["legal_entity_id"]) }}),

    required_at_dates as (
        -- where a rate is missing nobody can say what is required: no posting is called for
        select
            report_dates.legal_entity_id,
            report_dates.as_of,
            report_dates.is_month_end,
            case
                when allowances_required.as_of is null then 0 else allowances_required.required_allowance
            end as required
        from report_dates
        left join
            allowances_required
            on report_dates.legal_entity_id = allowances_required.legal_entity_id
            and report_dates.as_of = allowances_required.as_of
        where exists (select 1 from loss_matrix)
    ),

    required_known as (select * from required_at_dates where required is not null),

    allowance_lines as (
        select legal_entity_id, posting_date, - amount as allowance, source_type = 'ecl' as is_true_up
        from journal_lines
        where control_of = 'allowance'
    ),

    booked_before_true_up as (
        select
            required_known.legal_entity_id,
            required_known.as_of,
            {{ sum_money("allowance_lines.allowance") }} as standing
        from required_known
        left join
            allowance_lines
            on required_known.legal_entity_id = allowance_lines.legal_entity_id
            and (
                allowance_lines.posting_date < required_known.as_of
                or (allowance_lines.posting_date = required_known.as_of and not allowance_lines.is_true_up)
            )
        group by required_known.legal_entity_id, required_known.as_of
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
                from required_known
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
            required_known.legal_entity_id,
            required_known.as_of,
            required_known.required - case
                when legal_entities.ledger = 'derived'
                then derived_before_true_up.standing
                else booked_before_true_up.standing
            end as charge
        from required_known
        inner join legal_entities on required_known.legal_entity_id = legal_entities.legal_entity_id
        left join
            booked_before_true_up
            on required_known.legal_entity_id = booked_before_true_up.legal_entity_id
            and required_known.as_of = booked_before_true_up.as_of
        left join
            derived_before_true_up
            on required_known.legal_entity_id = derived_before_true_up.legal_entity_id
            and required_known.as_of = derived_before_true_up.as_of
        where
            required_known.is_month_end
            and (
                legal_entities.ledger = 'derived'
                or required_known.as_of > legal_entities.first_journal_date
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
