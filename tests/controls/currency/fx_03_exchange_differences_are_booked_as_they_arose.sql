{{ config(alias="fx_03", meta={"control_id": "FX-03"}) }}
-- Guards gains and losses on exchange, where the chart has an account for them: the realised one
-- of each application against amount times the difference of the rates, and month-end valuations,
-- which count twice unless they are reversed on the next day.
with

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    applications as (select * from {{ ref("int_applications_valued") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    role_accounts as (select * from {{ ref("int_role_accounts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    differences_booked as (
        select
            legal_entity_id,
            source_doc_id as application_id,
            sum(- amount) as booked,
            min(journal_id) as journal_id
        from journal_lines
        where control_of = 'fx_realised' and source_type = 'application'
        group by legal_entity_id, source_doc_id
    ),

    applications_compared as (
        select applications.*, coalesce(differences_booked.booked, 0) as booked, differences_booked.journal_id
        from applications
        cross join as_of
        inner join judged_ledgers on applications.legal_entity_id = judged_ledgers.legal_entity_id
        inner join
            role_accounts
            on applications.legal_entity_id = role_accounts.legal_entity_id
            and role_accounts.control_of = 'fx_realised'
            and not role_accounts.is_assumed
        left join
            differences_booked
            on applications.legal_entity_id = differences_booked.legal_entity_id
            and applications.application_id = differences_booked.application_id
        where
            applications.source_type <> 'write_off'
            and not applications.is_opening_item
            and applications.posting_date <= as_of.as_of
            -- the tolerance is written for a currency with two decimals
            and abs(coalesce(differences_booked.booked, 0) - applications.fx_difference)
            > {{ tolerance_of("FX-03") }}
            * case judged_ledgers.functional_minor_units when 0 then 100 when 3 then 0.1 else 1 end
    ),

    rates_looked_up as (
        select
            applications_compared.*,
            coalesce(receipts.fx_rate, credit_memos.fx_rate) as paying_rate,
            documents.fx_rate as document_rate
        from applications_compared
        left join documents on applications_compared.document_key = documents.document_key
        left join receipts on applications_compared.receipt_key = receipts.receipt_key
        left join
            documents as credit_memos on applications_compared.credit_memo_key = credit_memos.document_key
    ),

    valuation_days as (
        -- a valuation may stand in the opening balances
        select
            journal_lines.legal_entity_id,
            journal_lines.account_id,
            journal_lines.posting_date as valued_on,
            sum(journal_lines.amount) as valued,
            min(journal_lines.journal_id) as journal_id,
            min(journal_lines.source_system) as source_system,
            min(journal_lines.source_file) as source_file,
            min(journal_lines.source_line) as source_line
        from journal_lines
        cross join as_of
        inner join judged_ledgers on journal_lines.legal_entity_id = judged_ledgers.legal_entity_id
        where
            journal_lines.control_of = 'ar_fx'
            and journal_lines.source_type in ('fx_revaluation', 'opening')
            and journal_lines.posting_date <= as_of.as_of
        group by journal_lines.legal_entity_id, journal_lines.account_id, journal_lines.posting_date
        having sum(journal_lines.amount) <> 0
    ),

    valuations_followed as (
        select
            *,
            lead(valued_on) over (
                partition by legal_entity_id, account_id order by valued_on
            ) as next_valued_on
        from valuation_days
    ),

    reversal_days as (
        select
            journal_lines.legal_entity_id,
            journal_lines.account_id,
            journal_lines.posting_date as reversed_on,
            sum(journal_lines.amount) as reversed,
            min(journal_lines.journal_id) as journal_id,
            min(journal_lines.source_system) as source_system,
            min(journal_lines.source_file) as source_file,
            min(journal_lines.source_line) as source_line
        from journal_lines
        cross join as_of
        inner join judged_ledgers on journal_lines.legal_entity_id = judged_ledgers.legal_entity_id
        where
            journal_lines.control_of = 'ar_fx'
            and journal_lines.source_type = 'fx_revaluation_reversal'
            and journal_lines.posting_date <= as_of.as_of
        group by journal_lines.legal_entity_id, journal_lines.account_id, journal_lines.posting_date
        having sum(journal_lines.amount) <> 0
    ),

    reversals_matched as (
        select
            coalesce(valuations_followed.legal_entity_id, reversal_days.legal_entity_id) as legal_entity_id,
            coalesce(valuations_followed.account_id, reversal_days.account_id) as account_id,
            valuations_followed.valued_on,
            coalesce(max(valuations_followed.valued), 0) as valued,
            coalesce(min(valuations_followed.journal_id), min(reversal_days.journal_id)) as journal_id,
            coalesce(
                min(valuations_followed.source_system), min(reversal_days.source_system)
            ) as source_system,
            coalesce(min(valuations_followed.source_file), min(reversal_days.source_file)) as source_file,
            coalesce(min(valuations_followed.source_line), min(reversal_days.source_line)) as source_line,
            coalesce(sum(reversal_days.reversed), 0) as reversed,
            min(reversal_days.reversed_on) as first_reversed_on,
            max(reversal_days.reversed_on) as last_reversed_on
        from valuations_followed
        full outer join
            reversal_days
            on valuations_followed.legal_entity_id = reversal_days.legal_entity_id
            and valuations_followed.account_id = reversal_days.account_id
            and valuations_followed.valued_on < reversal_days.reversed_on
            and (
                valuations_followed.next_valued_on is null
                or valuations_followed.next_valued_on >= reversal_days.reversed_on
            )
        group by
            coalesce(valuations_followed.legal_entity_id, reversal_days.legal_entity_id),
            coalesce(valuations_followed.account_id, reversal_days.account_id),
            valuations_followed.valued_on
    ),

    reversals_judged as (
        select reversals_matched.*, {{ add_days("reversals_matched.valued_on", 1) }} as due_on
        from reversals_matched
        cross join as_of
        where
            (
                reversals_matched.valued_on is null
                or {{ add_days("reversals_matched.valued_on", 1) }} <= as_of.as_of
            )
            and (
                reversals_matched.valued <> - reversals_matched.reversed
                or reversals_matched.first_reversed_on <> {{ add_days("reversals_matched.valued_on", 1) }}
                or reversals_matched.last_reversed_on <> {{ add_days("reversals_matched.valued_on", 1) }}
            )
    ),

    failing_rows as (
        select
            'FX-03' as control_id,
            posting_date as as_of,
            legal_entity_id,
            application_id as business_key,
            cast(abs(booked - fx_difference) as decimal(18, 4)) as amount_at_risk,
            cast(fx_difference as string) as expected,
            cast(booked as string) as actual,
            cast(booked - fx_difference as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            'realised' as cause,
            journal_id,
            cast(null as string) as account_id,
            doc_id,
            amount as applied_amount,
            paying_rate,
            document_rate,
            cast(
                {{ times("(amount - coalesce(discount, 0))", "(paying_rate - document_rate)") }} as decimal(
                    18, 4
                )
            ) as recomputed,
            cast(null as date) as valued_on,
            cast(null as date) as reversed_on
        from rates_looked_up
        union all
        select
            'FX-03' as control_id,
            coalesce(due_on, first_reversed_on) as as_of,
            legal_entity_id,
            coalesce('valuation of ' || cast(valued_on as string), 'reversal of nothing') as business_key,
            cast(greatest(abs(valued), abs(reversed)) as decimal(18, 4)) as amount_at_risk,
            cast(- valued as string) || coalesce(' on ' || cast(due_on as string), '') as expected,
            cast(reversed as string)
            || coalesce(' on ' || cast(first_reversed_on as string), '')
            || case
                when first_reversed_on <> last_reversed_on
                then ' to ' || cast(last_reversed_on as string)
                else ''
            end as actual,
            cast(reversed + valued as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            'reversal' as cause,
            journal_id,
            account_id,
            cast(null as string) as doc_id,
            cast(null as decimal(18, 4)) as applied_amount,
            cast(null as decimal(18, 8)) as paying_rate,
            cast(null as decimal(18, 8)) as document_rate,
            cast(- valued as decimal(18, 4)) as recomputed,
            valued_on,
            first_reversed_on as reversed_on
        from reversals_judged
    )

select *
from failing_rows
