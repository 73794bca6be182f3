-- What was known of a document over time: its terms, its rest, what had been paid in cash and
-- when last, and with which payment at least half of it had come. One row from each day on which
-- that changes until the day before the next.
with

    versions as (select * from {{ ref("int_forecast_document_versions") }}),

    reductions as (select * from {{ ref("int_forecast_reductions") }}),

    changes_listed as (
        select
            document_key,
            counts_from as changes_on,
            amount as amount_change,
            cash_amount as cash_change,
            discount as discount_change,
            case when cash_amount > 0 then paid_on end as paid_on
        from reductions
        union all
        select
            document_key,
            counts_before as changes_on,
            - amount as amount_change,
            - cash_amount as cash_change,
            - discount as discount_change,
            cast(null as date) as paid_on
        from reductions
        where counts_before < date '9999-12-31'
    ),

    changes_by_day as (
        select
            document_key,
            changes_on,
            sum(amount_change) as amount_change,
            sum(cash_change) as cash_change,
            sum(discount_change) as discount_change,
            min(paid_on) as first_paid_on,
            max(paid_on) as last_paid_on
        from changes_listed
        group by document_key, changes_on
    ),

    rests_run as (
        select
            document_key,
            changes_on as valid_from,
            coalesce(
                lead(changes_on) over (partition by document_key order by changes_on), date '9999-12-31'
            ) as valid_before,
            sum(amount_change) over until_then as reduced_by,
            sum(cash_change) over until_then as cash_received,
            sum(discount_change) over until_then as discount_taken,
            min(first_paid_on) over until_then as first_paid_on,
            max(last_paid_on) over until_then as last_paid_on
        from changes_by_day
        window
            until_then as (
                partition by document_key order by changes_on rows between unbounded preceding and current row
            )
    ),

    rests_from_the_start as (
        select *
        from rests_run
        union all
        select
            document_key,
            date '1900-01-01' as valid_from,
            min(changes_on) as valid_before,
            0 as reduced_by,
            0 as cash_received,
            0 as discount_taken,
            cast(null as date) as first_paid_on,
            cast(null as date) as last_paid_on
        from changes_by_day
        group by document_key
    ),

    states_joined as (
        select
            versions.document_key,
            versions.source_system,
            versions.doc_id,
            versions.doc_type,
            versions.legal_entity_id,
            versions.customer_id,
            versions.customer_key,
            versions.order_key,
            versions.original_document_key,
            versions.currency,
            versions.fx_rate,
            versions.gross,
            versions.document_date,
            versions.posting_date,
            versions.due_date,
            greatest(
                versions.valid_from, coalesce(rests_from_the_start.valid_from, versions.valid_from)
            ) as valid_from,
            least(
                versions.valid_before, coalesce(rests_from_the_start.valid_before, versions.valid_before)
            ) as valid_before,
            cast(
                versions.gross + coalesce(rests_from_the_start.reduced_by, 0) as decimal(18, 4)
            ) as open_amount,
            cast(coalesce(rests_from_the_start.cash_received, 0) as decimal(18, 4)) as cash_received,
            cast(coalesce(rests_from_the_start.discount_taken, 0) as decimal(18, 4)) as discount_taken,
            rests_from_the_start.first_paid_on,
            rests_from_the_start.last_paid_on
        from versions
        left join rests_from_the_start on versions.document_key = rests_from_the_start.document_key
    ),

    halves_judged as (
        select *, cash_received >= 0.5 * gross as is_half_paid
        from states_joined
        where valid_from < valid_before
    ),

    spells_counted as (
        -- a payment taken back ends a spell of being paid
        select
            *,
            sum(case when is_half_paid then 0 else 1 end) over (
                partition by document_key order by valid_from rows between unbounded preceding and current row
            ) as spell
        from halves_judged
    ),

    halves_dated as (
        select *, case when is_half_paid then first_value(last_paid_on) over of_the_spell end as half_paid_on
        from spells_counted
        window
            of_the_spell as (
                partition by document_key, spell, is_half_paid
                order by valid_from
                rows between unbounded preceding and current row
            )
    )

select *
from halves_dated
