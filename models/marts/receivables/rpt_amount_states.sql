-- Every delivered cent of documents and receipts in the one state in which it is at the run's as-
-- of date.
with

    amount_states as (select * from {{ ref("int_amount_states") }}),

    quarantined_amounts as (select * from {{ ref("int_quarantined_amounts") }}),

    delivered_totals as (select * from {{ ref("int_delivered_totals") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    states_unioned as (
        select legal_entity_id, source_system, object, currency, state, amount, items, items_without_amount
        from amount_states
        union all
        select
            legal_entity_id,
            source_system,
            object,
            currency,
            'quarantined' as state,
            sum(amount) as amount,
            count(*) as items,
            count(*) - count(amount) as items_without_amount
        from quarantined_amounts
        group by legal_entity_id, source_system, object, currency
    ),

    totals_joined as (
        select
            as_of.as_of,
            states_unioned.legal_entity_id,
            states_unioned.source_system,
            states_unioned.object,
            states_unioned.currency,
            states_unioned.state,
            cast(states_unioned.amount as decimal(38, 4)) as amount,
            states_unioned.items,
            states_unioned.items_without_amount,
            cast(delivered_totals.control_total as decimal(38, 4)) as control_total,
            delivered_totals.control_total_source
        from states_unioned
        cross join as_of
        left join
            delivered_totals
            on states_unioned.source_system = delivered_totals.source_system
            and states_unioned.object = delivered_totals.object
    )

select *
from totals_joined
