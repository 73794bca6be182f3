-- Cash flows other than customer receipts after the as-of date, by week and line: what the ledger
-- paid or received in the three months before is taken to recur three months later; open supplier
-- documents and the company's own plan replace that estimate for their line and week. What was
-- bought as equipment does not recur.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    payables as ({{ union_kinds("payables") }}),

    cash_plan as ({{ union_kinds("cash_plan") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    weeks_ahead as (select weeks.* from weeks inner join origins on weeks.origin_date = origins.origin_date),

    cash_journals as (
        select
            journal_lines.source_system,
            journal_lines.journal_id,
            journal_lines.legal_entity_id,
            journal_lines.posting_date,
            journal_lines.source_type,
            sum(journal_lines.amount) as amount
        from journal_lines
        inner join
            origins
            on journal_lines.posting_date <= origins.origin_date
            and journal_lines.posting_date > {{ months_later("origins.origin_date", -3) }}
            and cast(journal_lines.known_at as date) <= origins.origin_date
        where journal_lines.control_of = 'bank'
        group by
            journal_lines.source_system,
            journal_lines.journal_id,
            journal_lines.legal_entity_id,
            journal_lines.posting_date,
            journal_lines.source_type
    ),

    flows_recurring as (
        select
            legal_entity_id,
            {{ months_later("posting_date", 3) }} as flow_date,
            case
                when source_type = 'supplier_payment'
                then 'suppliers'
                when source_type = 'payroll'
                then 'payroll'
                when source_type in ('tax_payment', 'income_tax')
                then 'taxes'
                when source_type in ('financing', 'interest')
                then 'debt_service'
                when source_type = 'customer_refund'
                then 'refunds'
                when source_type in ('bank_charge', 'other', 'manual')
                then case when amount > 0 then 'other_inflows' else 'other_outflows' end
            end as line,
            amount
        from cash_journals
        where amount <> 0
    ),

    recurring_by_week as (
        select
            weeks_ahead.horizon_week,
            flows_recurring.legal_entity_id,
            flows_recurring.line,
            sum(flows_recurring.amount) as amount
        from flows_recurring
        inner join
            weeks_ahead on flows_recurring.flow_date between weeks_ahead.first_day and weeks_ahead.last_day
        where flows_recurring.line is not null
        group by weeks_ahead.horizon_week, flows_recurring.legal_entity_id, flows_recurring.line
    ),

    payables_dated as (
        select
            payables.legal_entity_id,
            greatest(
                coalesce(payables.planned_payment_date, payables.due_date),
                {{ add_days("origins.origin_date", 1) }}
            ) as flow_date,
            'suppliers' as line,
            payables.currency,
            - payables.amount as amount
        from payables
        inner join origins on cast(payables.known_at as date) <= origins.origin_date
        where
            coalesce(payables.status, 'open') <> 'paid'
            or coalesce(payables.planned_payment_date, payables.due_date) > origins.origin_date
    ),

    plan_dated as (
        select
            cash_plan.legal_entity_id,
            cash_plan.plan_date as flow_date,
            cash_plan.line,
            cash_plan.currency,
            cash_plan.amount
        from cash_plan
        inner join
            origins
            on cash_plan.plan_date > origins.origin_date
            and cast(cash_plan.known_at as date) <= origins.origin_date
        where
            cash_plan.line in (
                'refunds',
                'suppliers',
                'payroll',
                'taxes',
                'capex',
                'debt_service',
                'other_inflows',
                'other_outflows'
            )
    ),

    planned_by_week as (
        {%- for relation, precedence in [("plan_dated", 1), ("payables_dated", 2)] %}
            select
                {{ precedence }} as precedence,
                weeks_ahead.horizon_week,
                items.legal_entity_id,
                items.line,
                sum(
                    {{
                        translate(
                            "items.amount",
                            "case when items.currency = legal_entities.functional_currency"
                            ~ " then cast(1 as decimal(18, 8)) else rates_by_day.rate end",
                            "legal_entities.functional_minor_units",
                        )
                    }}
                ) as amount
            from {{ relation }} as items
            cross join origins
            inner join legal_entities on items.legal_entity_id = legal_entities.legal_entity_id
            inner join weeks_ahead on items.flow_date between weeks_ahead.first_day and weeks_ahead.last_day
            left join
                rates_by_day
                on items.currency = rates_by_day.from_currency
                and legal_entities.functional_currency = rates_by_day.to_currency
                and origins.origin_date = rates_by_day.rate_date
            group by weeks_ahead.horizon_week, items.legal_entity_id, items.line
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    estimates_unioned as (
        select precedence, horizon_week, legal_entity_id, line, amount
        from planned_by_week
        union all
        select 3 as precedence, horizon_week, legal_entity_id, line, amount
        from recurring_by_week
    ),

    estimates_ranked as (
        select *, min(precedence) over (partition by legal_entity_id, line, horizon_week) as best_precedence
        from estimates_unioned
    ),

    estimates_chosen as (
        select
            legal_entity_id,
            line,
            horizon_week,
            case
                best_precedence
                when 1
                then 'cash plan'
                when 2
                then 'open supplier documents'
                else 'recurring in the ledger'
            end as basis,
            cast(amount as decimal(18, 4)) as amount
        from estimates_ranked
        where precedence = best_precedence
    )

select *
from estimates_chosen
