{{ config(alias="pv_01", meta={"control_id": "PV-01", "escalates": true}) }}
-- Guards the value of receivables: the booked allowance against the loss rates on the ageing of
-- the as-of date. At a month end it stops publishing, in between it warns, since the allowance is
-- trued up at month ends only. Approval and age of the matrix are delivered by no layout and not
-- judged.
with

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    kpis as (select * from {{ ref("rpt_kpis") }}),

    movements as (select * from {{ ref("int_control_account_movements") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    role_accounts as (select * from {{ ref("int_role_accounts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    allowances_booked as (
        select movements.legal_entity_id, sum(- movements.amount) as booked
        from movements
        cross join as_of
        where movements.control_account = 'allowance' and movements.posting_date <= as_of.as_of
        group by movements.legal_entity_id
    ),

    allowances_compared as (
        select
            kpis.as_of,
            kpis.legal_entity_id,
            report_dates.is_month_end,
            kpis.numerator as required,
            coalesce(allowances_booked.booked, 0) as booked
        from kpis
        inner join as_of on kpis.as_of = as_of.as_of
        inner join judged_ledgers on kpis.legal_entity_id = judged_ledgers.legal_entity_id
        inner join
            role_accounts
            on kpis.legal_entity_id = role_accounts.legal_entity_id
            and role_accounts.control_of = 'allowance'
            and not role_accounts.is_assumed
        inner join
            report_dates
            on kpis.legal_entity_id = report_dates.legal_entity_id
            and kpis.as_of = report_dates.as_of
        left join allowances_booked on kpis.legal_entity_id = allowances_booked.legal_entity_id
        where kpis.metric_id = 'ecl_required' and kpis.numerator is not null
    ),

    failing_rows as (
        select
            'PV-01' as control_id,
            as_of,
            legal_entity_id,
            legal_entity_id || ' at ' || cast(as_of as string) as business_key,
            cast(abs(booked - required) as decimal(18, 4)) as amount_at_risk,
            cast(required as string) as expected,
            cast(booked as string) as actual,
            cast(booked - required as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            required,
            cast(booked as decimal(18, 4)) as booked,
            is_month_end as blocks
        from allowances_compared
        where abs(booked - required) > {{ tolerance_of("PV-01") }}
    )

select *
from failing_rows
