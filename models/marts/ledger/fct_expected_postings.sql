-- A view: the rows stand in int_expected_postings already; storing 6.4 million twice took 5 s.
{{ config(materialized="view") }}

with

    expected_postings as (select * from {{ ref("int_expected_postings") }}),

    columns_chosen as (
        select
            rule_id,
            source_system,
            source_type,
            source_doc_id,
            seq,
            legal_entity_id,
            posting_date,
            period,
            account_id,
            role as account_role,
            is_account_assumed,
            cast(amount as decimal(18, 4)) as amount
        from expected_postings
    )

select *
from columns_chosen
