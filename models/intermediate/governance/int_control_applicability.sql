-- Which controls have something to judge in what was delivered; the others are reported as not
-- applicable, with the input they lack.
with

    catalogue as (select * from {{ ref("control_catalogue") }}),

    manifests as (select * from {{ ref("stg_registry__manifests") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    ledger_balances as (select * from {{ ref("int_control_account_balances") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    inputs_counted as (
        select
            (select count(*) from manifests) as manifest_rows,
            (select count(*) from manifests where control_column is not null) as control_totals,
            (
                select count(*) from manifests where window_from is not null and window_to is not null
            ) as extract_windows,
            (select count(*) from legal_entities where ledger = 'booked') as booked_ledgers,
            (select count(*) from accounts) as accounts,
            (select count(*) from documents) as documents,
            (select count(*) from receipts) as receipts,
            (
                select count(*)
                from ledger_balances
                inner join legal_entities on ledger_balances.legal_entity_id = legal_entities.legal_entity_id
                where ledger_balances.control_account = 'ar' and legal_entities.ledger <> 'derived'
            ) as receivables_accounts,
            (
                select count(*)
                from ledger_balances
                inner join legal_entities on ledger_balances.legal_entity_id = legal_entities.legal_entity_id
                where ledger_balances.control_account = 'unapplied' and legal_entities.ledger <> 'derived'
            ) as unapplied_accounts
    ),

    inputs_judged as (
        select
            catalogue.control_id,
            case
                when catalogue.control_id = 'LD-01' and inputs_counted.manifest_rows = 0
                then 'no source delivers a manifest'
                when catalogue.control_id = 'LD-02' and inputs_counted.control_totals = 0
                then 'no manifest declares a control total'
                when catalogue.control_id = 'LD-03' and inputs_counted.extract_windows = 0
                then 'no manifest declares an extract window'
                when
                    catalogue.control_id in ('IN-01', 'SQ-01', 'CM-01', 'CA-02', 'SL-04')
                    and inputs_counted.documents = 0
                then 'no invoices are delivered'
                when catalogue.control_id = 'CA-01' and inputs_counted.receipts = 0
                then 'no payments are delivered'
                when catalogue.control_id in ('GL-01', 'GL-02') and inputs_counted.booked_ledgers = 0
                then 'no entity delivers a whole ledger'
                when catalogue.control_id = 'GL-05' and inputs_counted.booked_ledgers = 0
                then 'no entity delivers a whole ledger'
                when catalogue.control_id = 'GL-05' and inputs_counted.accounts = 0
                then 'no chart of accounts is delivered'
                when catalogue.control_id in ('SL-01', 'AG-01') and inputs_counted.receivables_accounts = 0
                then 'no ledger lines of a receivables account are delivered'
                when catalogue.control_id = 'SL-02' and inputs_counted.unapplied_accounts = 0
                then 'no ledger has an account for unapplied cash'
            end as reason
        from catalogue
        cross join inputs_counted
    ),

    applicability_stated as (select control_id, reason is null as is_applicable, reason from inputs_judged)

select *
from applicability_stated
