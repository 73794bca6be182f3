{{ config(alias="ag_01", meta={"control_id": "AG-01"}) }}
-- Guards the ageing: a bucket that overlaps, leaves a gap or drops an item still looks like an
-- ageing. Compared with the booked balance, not with the open items that it was drawn from.
with

    ageing as (select * from {{ ref("rpt_ar_aging") }}),

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    tie_outs as (select * from {{ ref("rpt_subledger_tie_out") }}),

    unapplied_cash as (select * from {{ ref("rpt_unapplied_cash") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    bases_listed as (select distinct basis from {{ ref("int_ageing_buckets") }}),

    entities_with_unapplied_account as (
        select distinct legal_entity_id from tie_outs where control_account = 'unapplied'
    ),

    unapplied_on_receivables as (
        -- without an account for unapplied cash, receipts stand on receivables and are no part of
        -- the ageing
        select
            unapplied_cash.as_of,
            unapplied_cash.legal_entity_id,
            sum(unapplied_cash.unapplied_functional) as amount
        from unapplied_cash
        left join
            entities_with_unapplied_account
            on unapplied_cash.legal_entity_id = entities_with_unapplied_account.legal_entity_id
        where entities_with_unapplied_account.legal_entity_id is null
        group by unapplied_cash.as_of, unapplied_cash.legal_entity_id
    ),

    booked_receivables as (
        select
            tie_outs.as_of,
            tie_outs.legal_entity_id,
            bases_listed.basis,
            tie_outs.gl_balance + coalesce(unapplied_on_receivables.amount, 0) as amount
        from tie_outs
        inner join legal_entities on tie_outs.legal_entity_id = legal_entities.legal_entity_id
        cross join bases_listed
        left join
            unapplied_on_receivables
            on tie_outs.as_of = unapplied_on_receivables.as_of
            and tie_outs.legal_entity_id = unapplied_on_receivables.legal_entity_id
        where tie_outs.control_account = 'ar' and legal_entities.ledger <> 'derived'
    ),

    ageing_summed as (
        select ageing.as_of, ageing.legal_entity_id, ageing.basis, sum(ageing.amount) as amount
        from ageing
        inner join legal_entities on ageing.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger <> 'derived'
        group by ageing.as_of, ageing.legal_entity_id, ageing.basis
    ),

    sides_compared as (
        select
            coalesce(ageing_summed.as_of, booked_receivables.as_of) as as_of,
            coalesce(ageing_summed.legal_entity_id, booked_receivables.legal_entity_id) as legal_entity_id,
            coalesce(ageing_summed.basis, booked_receivables.basis) as basis,
            ageing_summed.amount as aged,
            booked_receivables.amount as booked
        from ageing_summed
        full outer join
            booked_receivables
            on ageing_summed.as_of = booked_receivables.as_of
            and ageing_summed.legal_entity_id = booked_receivables.legal_entity_id
            and ageing_summed.basis = booked_receivables.basis
    ),

    items_misplaced as (
        select
            as_of,
            legal_entity_id,
            doc_id,
            document_key,
            count(*) as places,
            max(open_amount_functional) as amount,
            max(source_system) as source_system
        from open_items
        group by as_of, legal_entity_id, doc_id, document_key
        having count(*) <> 1 or count(due_date_bucket) <> 1 or count(invoice_date_bucket) <> 1
    ),

    failing_rows as (
        select
            'AG-01' as control_id,
            as_of,
            legal_entity_id,
            legal_entity_id || ' at ' || cast(as_of as string) || ' by ' || basis as business_key,
            cast(abs(coalesce(aged, 0) - coalesce(booked, 0)) as decimal(18, 4)) as amount_at_risk,
            cast(booked as string) as expected,
            cast(aged as string) as actual,
            cast(aged - booked as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            'buckets do not sum to the booked receivables' as cause
        from sides_compared
        where
            (aged is null or booked is null or abs(aged - booked) > {{ tolerance_of("AG-01") }})
            and aged is distinct from booked
        union all
        select
            'AG-01' as control_id,
            as_of,
            legal_entity_id,
            doc_id as business_key,
            cast(abs(amount) as decimal(18, 4)) as amount_at_risk,
            'one bucket by each basis' as expected,
            cast(places as string) || ' places' as actual,
            cast(null as decimal(18, 4)) as difference,
            source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            'item is not in exactly one bucket' as cause
        from items_misplaced
    )

select *
from failing_rows
