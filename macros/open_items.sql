{#-
  What is open at each of the dates in a relation (legal_entity_id, as_of): trade documents with a non-zero rest, their
  value at the document's rate, days past due and age, with the buckets of both bases. One text serves the report of
  month ends and the table macro for any date.
-#}
{% macro open_items(dates) -%}
    select
        balances_aged.as_of,
        balances_aged.legal_entity_id,
        balances_aged.source_system,
        balances_aged.document_key,
        balances_aged.doc_id,
        balances_aged.doc_type,
        balances_aged.customer_id,
        balances_aged.customer_key,
        balances_aged.document_date,
        balances_aged.posting_date,
        balances_aged.due_date,
        balances_aged.currency,
        balances_aged.fx_rate,
        balances_aged.open_amount,
        balances_aged.open_amount_functional,
        balances_aged.days_past_due,
        coalesce(due_date_buckets.bucket, 'no_due_date') as due_date_bucket,
        balances_aged.age_days,
        invoice_date_buckets.bucket as invoice_date_bucket
    from
        (
            select
                report_dates.as_of,
                documents.*,
                balances.open_amount,
                balances.open_amount_functional,
                {{ days_between("documents.due_date", "report_dates.as_of") }} as days_past_due,
                {{ days_between("documents.document_date", "report_dates.as_of") }} as age_days
            from {{ dates }} as report_dates
            inner join
                {{ ref("int_receivable_balances") }} as balances
                on report_dates.legal_entity_id = balances.legal_entity_id
                and report_dates.as_of >= balances.valid_from
                and report_dates.as_of < balances.valid_before
                and balances.receivable_role = 'ar'
            inner join
                {{ ref("int_ar_documents") }} as documents on balances.document_key = documents.document_key
        ) as balances_aged
    left join
        {{ ref("int_ageing_buckets") }} as due_date_buckets
        on due_date_buckets.basis = 'due_date'
        and balances_aged.days_past_due between due_date_buckets.from_days and due_date_buckets.to_days
    left join
        {{ ref("int_ageing_buckets") }} as invoice_date_buckets
        on invoice_date_buckets.basis = 'invoice_date'
        and balances_aged.age_days between invoice_date_buckets.from_days and invoice_date_buckets.to_days
{%- endmacro %}

{#- Sums open items into buckets by both bases; every bucket stands, zero included, `no_due_date` only where needed. -#}
{% macro age_open_items(dates, items) -%}
    select
        report_dates.as_of,
        report_dates.legal_entity_id,
        buckets.basis,
        buckets.bucket,
        {{ sum_money("items.open_amount_functional") }} as amount
    from {{ dates }} as report_dates
    cross join {{ ref("int_ageing_buckets") }} as buckets
    left join
        {{ items }} as items
        on report_dates.as_of = items.as_of
        and report_dates.legal_entity_id = items.legal_entity_id
        and buckets.bucket
        = case buckets.basis when 'due_date' then items.due_date_bucket else items.invoice_date_bucket end
    group by report_dates.as_of, report_dates.legal_entity_id, buckets.basis, buckets.bucket
    union all
    select
        items.as_of,
        items.legal_entity_id,
        'due_date' as basis,
        'no_due_date' as bucket,
        {{ sum_money("items.open_amount_functional") }} as amount
    from {{ items }} as items
    where items.due_date_bucket = 'no_due_date'
    group by items.as_of, items.legal_entity_id
{%- endmacro %}
