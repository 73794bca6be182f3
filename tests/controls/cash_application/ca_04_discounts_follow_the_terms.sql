{{ config(alias="ca_04", meta={"control_id": "CA-04"}) }}
-- Guards revenue: a discount taken late or above the agreed rate is a price cut that nobody granted.
-- The window runs from the document date to the day the payment came. Part payments count together:
-- what was deducted so far may not exceed the rate on what was settled so far. Where a source gives
-- no customer any terms, its discounts are not judged.
with

    applications as (select * from {{ ref("int_applications") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    customers as (select * from {{ ref("int_customers") }}),

    payment_terms as ({{ union_kinds("payment_terms") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    sources_with_terms as (select distinct source_group from customers where payment_terms_id is not null),

    terms_of_groups as (
        select
            source_groups.source_group,
            payment_terms.payment_terms_id,
            max(coalesce(payment_terms.discount_rate, 0)) as discount_rate,
            max(coalesce(payment_terms.discount_days, 0)) as discount_days
        from payment_terms
        inner join source_groups on payment_terms.source_system = source_groups.source_system
        group by source_groups.source_group, payment_terms.payment_terms_id
    ),

    terms_of_customers as (
        select
            customers.customer_key,
            customers.payment_terms_id,
            coalesce(terms_of_groups.discount_rate, 0) as discount_rate,
            coalesce(terms_of_groups.discount_days, 0) as discount_days
        from customers
        inner join sources_with_terms on customers.source_group = sources_with_terms.source_group
        left join
            terms_of_groups
            on customers.source_group = terms_of_groups.source_group
            and customers.payment_terms_id = terms_of_groups.payment_terms_id
    ),

    payments_applied as (
        select
            applications.*,
            documents.customer_id,
            documents.currency,
            documents.fx_rate,
            documents.document_date,
            terms_of_customers.payment_terms_id,
            terms_of_customers.discount_rate,
            terms_of_customers.discount_days,
            coalesce(receipts.posting_date, applications.posting_date) as paid_on
        from applications
        cross join as_of
        inner join documents on applications.document_key = documents.document_key
        inner join terms_of_customers on documents.customer_key = terms_of_customers.customer_key
        left join receipts on applications.receipt_key = receipts.receipt_key
        where applications.source_type = 'payment' and applications.posting_date <= as_of.as_of
    ),

    settled_so_far as (
        select
            *,
            sum(amount) over (
                partition by document_key
                order by posting_date, application_id, application_key
                rows between unbounded preceding and current row
            ) as amount_so_far,
            sum(discount) over (
                partition by document_key
                order by posting_date, application_id, application_key
                rows between unbounded preceding and current row
            ) as discount_so_far
        from payments_applied
    ),

    discounts_measured as (
        select
            *,
            {{ days_between("document_date", "paid_on") }} as days_taken,
            cast({{ times("amount_so_far", "discount_rate") }} as decimal(18, 4)) as discount_allowed
        from settled_so_far
        where discount > 0
    ),

    findings_unioned as (
        select
            *,
            'late' as finding,
            cast(discount_days as string) || ' days' as expected,
            cast(days_taken as string) || ' days' as actual,
            discount as excess
        from discounts_measured
        where discount_rate > 0 and days_taken > discount_days + {{ limit_of("CA-04", "grace_days") }}
        union all
        select
            *,
            'above the rate' as finding,
            'at most ' || cast(discount_allowed as string) as expected,
            cast(discount_so_far as string) as actual,
            least(discount_so_far - discount_allowed, discount) as excess
        from discounts_measured
        where discount_so_far - discount_allowed > {{ tolerance_of("CA-04") }}
    ),

    failing_rows as (
        select
            'CA-04' as control_id,
            posting_date as as_of,
            legal_entity_id,
            application_id as business_key,
            cast({{ times("excess", "coalesce(fx_rate, 1)") }} as decimal(18, 4)) as amount_at_risk,
            expected,
            actual,
            cast(excess as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            finding,
            doc_id,
            customer_id,
            payment_terms_id,
            currency,
            discount,
            days_taken - discount_days as days_late
        from findings_unioned
    )

select *
from failing_rows
