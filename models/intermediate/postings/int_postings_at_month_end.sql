-- Debit contract liability, credit revenue: the month's share of billed services; the last month
-- takes the remainder.
-- Debit or credit the revaluation of receivables: open foreign amounts at the closing rate less
-- their booked value; mirrored on the first day of the next month.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    revenue_releases as (select * from {{ ref("int_revenue_releases") }}),

    receivable_revaluations as (select * from {{ ref("int_receivable_revaluations") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    month_ends as (
        select report_dates.*
        from report_dates
        inner join legal_entities on report_dates.legal_entity_id = legal_entities.legal_entity_id
        where
            report_dates.is_month_end
            and (
                legal_entities.ledger = 'derived'
                or report_dates.as_of > legal_entities.first_journal_date
                or not legal_entities.has_opening_journal
            )
    ),

    postings_unioned as (
        select
            'B2-07' as rule_id,
            'revenue_release' as source_type,
            revenue_releases.legal_entity_id,
            revenue_releases.release_date as posting_date,
            sides.role,
            case sides.role when 'revenue' then revenue_releases.revenue_account_id end as account_id,
            sum(revenue_releases.amount * sides.side) as amount
        from revenue_releases
        inner join
            month_ends
            on revenue_releases.legal_entity_id = month_ends.legal_entity_id
            and revenue_releases.release_date = month_ends.as_of
        cross join
            (
                select 'deferred' as role, 1 as side
                union all
                select 'revenue' as role, -1 as side
            ) as sides
        group by
            revenue_releases.legal_entity_id,
            revenue_releases.release_date,
            sides.role,
            case sides.role when 'revenue' then revenue_releases.revenue_account_id end
        union all
        select
            'B2-23' as rule_id,
            'fx_revaluation' as source_type,
            receivable_revaluations.legal_entity_id,
            receivable_revaluations.as_of as posting_date,
            sides.role,
            cast(null as string) as account_id,
            receivable_revaluations.amount * sides.side as amount
        from receivable_revaluations
        inner join
            month_ends
            on receivable_revaluations.legal_entity_id = month_ends.legal_entity_id
            and receivable_revaluations.as_of = month_ends.as_of
        cross join
            (
                select 'ar_fx' as role, 1 as side
                union all
                select 'fx_unrealised' as role, -1 as side
            ) as sides
        union all
        select
            'B2-24' as rule_id,
            'fx_revaluation_reversal' as source_type,
            receivable_revaluations.legal_entity_id,
            {{ add_days("receivable_revaluations.as_of", 1) }} as posting_date,
            sides.role,
            cast(null as string) as account_id,
            - receivable_revaluations.amount * sides.side as amount
        from receivable_revaluations
        inner join
            month_ends
            on receivable_revaluations.legal_entity_id = month_ends.legal_entity_id
            and receivable_revaluations.as_of = month_ends.as_of
        cross join as_of
        cross join
            (
                select 'ar_fx' as role, 1 as side
                union all
                select 'fx_unrealised' as role, -1 as side
            ) as sides
        where receivable_revaluations.as_of < as_of.as_of
    ),

    postings_named as (
        select
            rule_id,
            cast(null as string) as source_system,
            source_type,
            source_type || '-' || {{ period_of("posting_date") }} as source_doc_id,
            legal_entity_id,
            role,
            account_id,
            cast(amount as decimal(18, 4)) as amount,
            posting_date
        from postings_unioned
        where amount <> 0
    )

select *
from postings_named
