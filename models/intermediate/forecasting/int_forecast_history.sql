-- What each origin knows about how long invoices take: paid ones with the day of the payment by
-- which at least half had come, open ones with the day until which they were still unpaid. What is
-- paid later, the rest of a short payment or a second instalment, does not make an invoice late.
-- Positions are days after the due date, in the middle between the pay run on which the invoice was
-- paid and the one before, because all days in between would have led to the same payment.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    states as (select * from {{ ref("int_forecast_document_states") }}),

    customers as (select * from {{ ref("int_customers") }}),

    payment_terms as ({{ union_kinds("payment_terms") }}),

    disputes as (select * from {{ ref("int_forecast_disputes") }}),

    pay_runs as (select * from {{ ref("int_forecast_pay_runs") }}),

    pay_days as (select * from {{ ref("int_forecast_pay_days") }}),

    payer_countries as (select * from {{ ref("int_forecast_payer_countries") }}),

    usual_pay_runs as (
        select origin_date, min(usual_pay_run) as usual_pay_run from pay_runs group by origin_date
    ),

    terms_with_discount as (
        select source_system, payment_terms_id, discount_days
        from payment_terms
        where discount_rate > 0 and discount_days > 0
    ),

    customers_described as (
        select
            customers.customer_key, customers.segment, max(terms_with_discount.discount_days) as discount_days
        from customers
        left join
            terms_with_discount
            on customers.source_system = terms_with_discount.source_system
            and customers.payment_terms_id = terms_with_discount.payment_terms_id
        group by customers.customer_key, customers.segment
    ),

    documents_seen as (
        select
            origins.origin_date,
            origins.is_scored,
            origins.is_published,
            states.*,
            coalesce(states.customer_key, states.source_system) as payer_key,
            states.is_half_paid as is_paid
        from origins
        inner join
            states on states.valid_from <= origins.origin_date and states.valid_before > origins.origin_date
        where
            states.doc_type <> 'credit_memo'
            and states.gross > 0
            and states.due_date < {{ add_days("origins.origin_date", 700) }}
            and (
                states.open_amount > 0
                or states.due_date
                > {{ add_days("origins.origin_date", "- " ~ forecast_setting("history_days")) }}
            )
    ),

    disputes_seen as (
        select
            documents_seen.origin_date,
            documents_seen.document_key,
            min(disputes.opened_date) as opened_date,
            sum(
                case
                    when coalesce(disputes.closed_date, date '9999-12-31') > documents_seen.origin_date
                    then 1
                    else 0
                end
            ) as open_disputes
        from documents_seen
        inner join disputes on documents_seen.document_key = disputes.document_key
        where
            disputes.opened_date <= documents_seen.origin_date
            and (disputes.opened_date < documents_seen.first_paid_on or documents_seen.first_paid_on is null)
            and disputes.known_from <= documents_seen.origin_date
            and disputes.known_before > documents_seen.origin_date
        group by documents_seen.origin_date, documents_seen.document_key
    ),

    documents_described as (
        select
            documents_seen.origin_date,
            documents_seen.document_key,
            documents_seen.legal_entity_id,
            documents_seen.payer_key,
            coalesce(customers_described.segment, '') as segment,
            documents_seen.currency,
            documents_seen.document_date,
            documents_seen.due_date,
            documents_seen.gross,
            documents_seen.open_amount,
            documents_seen.fx_rate,
            documents_seen.is_paid,
            documents_seen.first_paid_on,
            documents_seen.last_paid_on,
            case
                when documents_seen.is_paid
                then documents_seen.half_paid_on
                when documents_seen.open_amount > 0
                then documents_seen.origin_date
                -- credited or written off: seen unpaid until then
                else documents_seen.valid_from
            end as seen_until,
            documents_seen.discount_taken > 0 as is_discount_taken,
            {{
                add_days(
                    "documents_seen.document_date", "cast(customers_described.discount_days as integer)"
                )
            }} as discount_until,
            disputes_seen.document_key is not null as is_disputed,
            coalesce(disputes_seen.open_disputes, 0) > 0 as has_open_dispute,
            coalesce(payer_countries.country, '') as payer_country,
            pay_runs.pay_run is not null as is_pay_run_known,
            coalesce(payer_countries.country, '')
            || ' '
            || coalesce(pay_runs.pay_run, usual_pay_runs.usual_pay_run, 'business_day') as pay_calendar
        from documents_seen
        left join customers_described on documents_seen.payer_key = customers_described.customer_key
        left join
            disputes_seen
            on documents_seen.origin_date = disputes_seen.origin_date
            and documents_seen.document_key = disputes_seen.document_key
        left join
            pay_runs
            on documents_seen.origin_date = pay_runs.origin_date
            and documents_seen.payer_key = pay_runs.customer_key
        left join payer_countries on documents_seen.payer_key = payer_countries.payer_key
        left join usual_pay_runs on documents_seen.origin_date = usual_pay_runs.origin_date
    ),

    positions_taken as (
        select
            documents_described.*,
            cast(
                round(
                    power(
                        0.5,
                        greatest(
                            {{
                                days_between(
                                    "documents_described.document_date", "documents_described.origin_date"
                                )
                            }},
                            0
                        )
                        / {{ forecast_setting("half_life_days") }}.0
                    ),
                    6
                ) as double
            ) as weight,
            case
                when not documents_described.is_paid
                then {{ days_between("documents_described.due_date", "pay_days.last_pay_day") }} + 0.5
                when pay_days.is_pay_day and pay_days.previous_pay_day is not null
                then
                    (
                        {{ days_between("documents_described.due_date", "pay_days.previous_pay_day") }}
                        + {{ days_between("documents_described.due_date", "pay_days.calendar_date") }}
                        + 1
                    )
                    / 2.0
                else {{ days_between("documents_described.due_date", "pay_days.calendar_date") }}
            end as position,
            pay_days.share_of_days
        from documents_described
        inner join
            pay_days
            on documents_described.pay_calendar = pay_days.pay_calendar
            and documents_described.seen_until = pay_days.calendar_date
    )

select *
from positions_taken
