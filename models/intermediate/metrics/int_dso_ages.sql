-- What was billed so many months before a month end, and what of it is open there, per customer
-- segment. Age 12 takes what is older, at the documents' own rates throughout, and what the
-- ledger has beyond the documents, which is due at once.
with

    terms as (select * from {{ ref("int_metric_terms_of_companies") }}),

    open_months as (select * from {{ ref("int_open_billing_months") }}),

    billing_months as (select * from {{ ref("int_billing_months") }}),

    month_ends as (
        select legal_entity_id, as_of, first_date as month_start_date, receivables
        from terms
        where as_of = {{ month_end("as_of") }} and legal_entity_id <> '*'
    ),

    billed_aged as (
        select
            month_ends.legal_entity_id,
            month_ends.as_of,
            billing_months.segment,
            billing_months.has_segments,
            {{ months_between("billing_months.month_start_date", "month_ends.month_start_date") }}
            as age_months,
            billing_months.billed,
            billing_months.billed_at_rates_before,
            billing_months.credit_sales_at_rates_before
        from month_ends
        inner join
            billing_months
            on month_ends.legal_entity_id = billing_months.legal_entity_id
            and month_ends.month_start_date >= billing_months.month_start_date
    ),

    open_aged as (
        select
            open_months.*,
            {{ months_between("open_months.month_start_date", "month_ends.month_start_date") }} as age_months
        from month_ends
        inner join
            open_months
            on month_ends.legal_entity_id = open_months.legal_entity_id
            and month_ends.as_of = open_months.as_of
    ),

    open_summed as (
        select legal_entity_id, as_of, sum(not_due + past_due) as amount
        from open_months
        group by legal_entity_id, as_of
    ),

    figures_unioned as (
        select
            legal_entity_id,
            as_of,
            segment,
            has_segments,
            age_months,
            billed,
            billed_at_rates_before,
            case when age_months = 0 then credit_sales_at_rates_before else 0 end as credit_sales,
            0 as not_due,
            0 as past_due,
            0 as not_due_at_rates_before,
            0 as past_due_at_rates_before
        from billed_aged
        where age_months < 12
        union all
        select
            legal_entity_id,
            as_of,
            segment,
            true as has_segments,
            least(age_months, 12) as age_months,
            0 as billed,
            0 as billed_at_rates_before,
            0 as credit_sales,
            not_due,
            past_due,
            case
                when age_months < 12 then not_due_at_rates_before else not_due
            end as not_due_at_rates_before,
            case
                when age_months < 12 then past_due_at_rates_before else past_due
            end as past_due_at_rates_before
        from open_aged
        union all
        select
            month_ends.legal_entity_id,
            month_ends.as_of,
            'unallocated' as segment,
            true as has_segments,
            12 as age_months,
            0 as billed,
            0 as billed_at_rates_before,
            0 as credit_sales,
            0 as not_due,
            month_ends.receivables - coalesce(open_summed.amount, 0) as past_due,
            0 as not_due_at_rates_before,
            month_ends.receivables - coalesce(open_summed.amount, 0) as past_due_at_rates_before
        from month_ends
        left join
            open_summed
            on month_ends.legal_entity_id = open_summed.legal_entity_id
            and month_ends.as_of = open_summed.as_of
    ),

    figures_summed as (
        select
            legal_entity_id,
            as_of,
            cast(age_months as integer) as age_months,
            segment,
            bool_and(has_segments) as has_segments,
            {{ sum_money("billed") }} as billed,
            {{ sum_money("not_due") }} as not_due,
            {{ sum_money("past_due") }} as past_due,
            {{ sum_money("credit_sales") }} as credit_sales_at_rates_before,
            {{ sum_money("billed_at_rates_before") }} as billed_at_rates_before,
            {{ sum_money("not_due_at_rates_before") }} as not_due_at_rates_before,
            {{ sum_money("past_due_at_rates_before") }} as past_due_at_rates_before
        from figures_unioned
        group by legal_entity_id, as_of, age_months, segment
    )

select *
from figures_summed
