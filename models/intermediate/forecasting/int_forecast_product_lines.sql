-- The forecast as it is published: per week of the horizon that of the model chosen there. Where
-- the bare run rate is chosen, it replaces the total and what is expected from orders not yet
-- placed takes up the difference.
with

    model_lines as (select * from {{ ref("int_forecast_lines") }}),

    choices as (select * from {{ ref("int_forecast_choices") }}),

    chosen_lines as (
        select
            model_lines.origin_date,
            model_lines.legal_entity_id,
            model_lines.currency,
            model_lines.line,
            model_lines.horizon_week,
            choices.model,
            model_lines.amount_functional
        from model_lines
        inner join
            choices
            on model_lines.origin_date = choices.origin_date
            and model_lines.horizon_week = choices.horizon_week
            and model_lines.model = choices.model
        where choices.model <> 'run_rate'
        union all
        select
            model_lines.origin_date,
            model_lines.legal_entity_id,
            model_lines.currency,
            model_lines.line,
            model_lines.horizon_week,
            choices.model,
            model_lines.amount_functional
        from model_lines
        inner join
            choices
            on model_lines.origin_date = choices.origin_date
            and model_lines.horizon_week = choices.horizon_week
        where
            choices.model = 'run_rate'
            and (
                (model_lines.model = 'run_rate' and model_lines.line = 'total_receipts')
                or (
                    model_lines.model = 'time_to_pay'
                    and model_lines.line in (
                        'receipts_open_invoices',
                        'receipts_disputed',
                        'receipts_shipped_not_billed',
                        'receipts_backlog'
                    )
                )
            )
    ),

    remainders_taken as (
        select
            origin_date,
            legal_entity_id,
            currency,
            'receipts_new_orders' as line,
            horizon_week,
            model,
            {{
                sum_money(
                    "case when line = 'total_receipts' then amount_functional"
                    ~ " when line = 'receipts_disputed' then 0 else - amount_functional end"
                )
            }} as amount_functional
        from chosen_lines
        where model = 'run_rate'
        group by origin_date, legal_entity_id, currency, horizon_week, model
    ),

    lines_unioned as (
        select *
        from chosen_lines
        union all
        select *
        from remainders_taken
    )

select *
from lines_unioned
