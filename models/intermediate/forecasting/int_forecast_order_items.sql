-- What is ordered and not yet billed at each origin, as invoices to come: when each is likely to
-- be posted and due, and how its payer settles. Goods that have left count as shipped, the rest
-- as backlog. An order long past its promised day is taken to be dead.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    order_lines as (select * from {{ ref("int_forecast_order_lines") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    versions as (select * from {{ ref("int_forecast_document_versions") }}),

    history as (select * from {{ ref("int_forecast_history") }}),

    habits as (select * from {{ ref("int_forecast_usual_habits") }}),

    pay_runs as (select * from {{ ref("int_forecast_pay_runs") }}),

    payer_countries as (select * from {{ ref("int_forecast_payer_countries") }}),

    first_versions as (
        select document_key, min(valid_from) as known_from, max(doc_type) as doc_type
        from versions
        group by document_key
    ),

    billings as (
        select document_lines.order_line_key, document_lines.net, first_versions.known_from
        from document_lines
        inner join first_versions on document_lines.document_key = first_versions.document_key
        where first_versions.doc_type <> 'credit_memo' and document_lines.order_line_key is not null
    ),

    deliveries as (
        select
            shipments.order_line_key,
            cast(shipments.quantity as double) * cast(order_lines.unit_price as double) as value,
            greatest(shipments.ship_date, cast(shipments.known_at as date)) as known_from
        from shipments
        inner join order_lines on shipments.order_line_key = order_lines.order_line_key
        where shipments.quantity > 0
    ),

    lags_learnt as (
        select
            origins.origin_date,
            cast(
                round(
                    avg(
                        case
                            when order_lines.promised_date is not null
                            then {{ days_between("order_lines.promised_date", "billings.known_from") }}
                        end
                    ),
                    0
                ) as integer
            ) as promise_lag,
            cast(
                round(avg({{ days_between("order_lines.order_date", "billings.known_from") }}), 0) as integer
            ) as order_lag
        from origins
        inner join
            billings
            on billings.known_from <= origins.origin_date
            and billings.known_from > {{ add_days("origins.origin_date", "- 365") }}
        inner join order_lines on billings.order_line_key = order_lines.order_line_key
        group by origins.origin_date
    ),

    lines_open as (
        select origins.origin_date, order_lines.*
        from origins
        inner join
            order_lines
            on order_lines.known_from <= origins.origin_date
            and coalesce(order_lines.promised_date, order_lines.order_date)
            > {{ add_days("origins.origin_date", "- " ~ forecast_setting("stale_order_days")) }}
    ),

    billed_until_then as (
        select lines_open.origin_date, lines_open.order_line_key, sum(billings.net) as billed_value
        from lines_open
        inner join
            billings
            on lines_open.order_line_key = billings.order_line_key
            and billings.known_from <= lines_open.origin_date
        group by lines_open.origin_date, lines_open.order_line_key
    ),

    delivered_until_then as (
        select
            lines_open.origin_date,
            lines_open.order_line_key,
            {{ exact_sum("deliveries.value") }} as delivered_value
        from lines_open
        inner join
            deliveries
            on lines_open.order_line_key = deliveries.order_line_key
            and deliveries.known_from <= lines_open.origin_date
        group by lines_open.origin_date, lines_open.order_line_key
    ),

    rests_taken as (
        select
            lines_open.*,
            cast(lines_open.ordered_value as double)
            - coalesce(cast(billed_until_then.billed_value as double), 0) as rest,
            greatest(
                coalesce(delivered_until_then.delivered_value, 0)
                - coalesce(cast(billed_until_then.billed_value as double), 0),
                0
            ) as delivered_rest
        from lines_open
        left join
            billed_until_then
            on lines_open.origin_date = billed_until_then.origin_date
            and lines_open.order_line_key = billed_until_then.order_line_key
        left join
            delivered_until_then
            on lines_open.origin_date = delivered_until_then.origin_date
            and lines_open.order_line_key = delivered_until_then.order_line_key
    ),

    rests_dated as (
        select
            rests_taken.origin_date,
            rests_taken.order_key,
            rests_taken.legal_entity_id,
            rests_taken.payer_key,
            rests_taken.currency,
            least(rests_taken.rest, rests_taken.delivered_rest) as delivered_rest,
            rests_taken.rest - least(rests_taken.rest, rests_taken.delivered_rest) as backlog_rest,
            greatest(
                case
                    when rests_taken.promised_date is not null
                    then {{ add_days("rests_taken.promised_date", "coalesce(lags_learnt.promise_lag, 0)") }}
                    else {{ add_days("rests_taken.order_date", "coalesce(lags_learnt.order_lag, 14)") }}
                end,
                {{ add_days("rests_taken.origin_date", 4) }}
            ) as backlog_posting_date,
            {{ add_days("rests_taken.origin_date", 3) }} as delivered_posting_date
        from rests_taken
        left join lags_learnt on rests_taken.origin_date = lags_learnt.origin_date
        where rests_taken.rest > 0.005
    ),

    rests_by_order as (
        select
            origin_date,
            order_key,
            legal_entity_id,
            payer_key,
            currency,
            'receipts_shipped_not_billed' as line,
            delivered_posting_date as posting_date,
            {{ exact_sum("delivered_rest") }} as net
        from rests_dated
        where delivered_rest > 0
        group by origin_date, order_key, legal_entity_id, payer_key, currency, delivered_posting_date
        union all
        select
            origin_date,
            order_key,
            legal_entity_id,
            payer_key,
            currency,
            'receipts_backlog' as line,
            backlog_posting_date as posting_date,
            {{ exact_sum("backlog_rest") }} as net
        from rests_dated
        where backlog_rest > 0
        group by origin_date, order_key, legal_entity_id, payer_key, currency, backlog_posting_date
    ),

    terms_of_payers as (
        select
            origin_date,
            payer_key,
            cast(round(avg({{ days_between("document_date", "due_date") }}), 0) as integer) as term_days
        from history
        group by origin_date, payer_key
    ),

    terms_of_companies as (
        select
            origin_date,
            cast(round(avg({{ days_between("document_date", "due_date") }}), 0) as integer) as term_days
        from history
        group by origin_date
    ),

    companies as (
        select
            origin_date,
            max(company_days) as company_days,
            {{ exact_sum("spread_days") }} / count(*) as spread_days
        from habits
        group by origin_date
    ),

    tax_factors as (
        select
            origins.origin_date,
            versions.legal_entity_id,
            versions.currency,
            {{ exact_sum("cast(versions.gross as double)") }} as gross,
            {{ exact_sum("cast(documents.net as double)") }} as net
        from origins
        inner join
            versions
            on versions.valid_from <= origins.origin_date
            and versions.valid_before > origins.origin_date
            and versions.valid_from > {{ add_days("origins.origin_date", "- 365") }}
        inner join
            {{ ref("int_ar_documents") }} as documents on versions.document_key = documents.document_key
        where versions.doc_type <> 'credit_memo' and documents.net > 0
        group by origins.origin_date, versions.legal_entity_id, versions.currency
    ),

    items_described as (
        select
            rests_by_order.origin_date,
            rests_by_order.order_key,
            rests_by_order.line,
            rests_by_order.legal_entity_id,
            rests_by_order.payer_key,
            rests_by_order.currency,
            rests_by_order.posting_date,
            rests_by_order.net,
            rests_by_order.net * coalesce(tax_factors.gross / nullif(tax_factors.net, 0), 1) as amount,
            {{
                add_days(
                    "rests_by_order.posting_date",
                    "coalesce(terms_of_payers.term_days, terms_of_companies.term_days, 30)",
                )
            }} as due_date,
            coalesce(habits.level_days, companies.company_days, 0) as settles_after_days,
            coalesce(habits.spread_days, companies.spread_days, 10) as spread_days,
            coalesce(payer_countries.country, '') as payer_country,
            pay_runs.pay_run is not null as is_pay_run_known,
            coalesce(payer_countries.country, '')
            || ' '
            || coalesce(pay_runs.pay_run, 'business_day') as pay_calendar
        from rests_by_order
        left join
            terms_of_payers
            on rests_by_order.origin_date = terms_of_payers.origin_date
            and rests_by_order.payer_key = terms_of_payers.payer_key
        left join terms_of_companies on rests_by_order.origin_date = terms_of_companies.origin_date
        left join
            habits
            on rests_by_order.origin_date = habits.origin_date
            and rests_by_order.payer_key = habits.payer_key
        left join companies on rests_by_order.origin_date = companies.origin_date
        left join
            pay_runs
            on rests_by_order.origin_date = pay_runs.origin_date
            and rests_by_order.payer_key = pay_runs.customer_key
        left join payer_countries on rests_by_order.payer_key = payer_countries.payer_key
        left join
            tax_factors
            on rests_by_order.origin_date = tax_factors.origin_date
            and rests_by_order.legal_entity_id = tax_factors.legal_entity_id
            and rests_by_order.currency = tax_factors.currency
    )

select *
from items_described
