-- The uppermost parent of each customer: customers of one family are one business. A chain of parents
-- that bites its own tail ends after twenty steps.
with recursive

    customers as (select * from {{ ref("int_customers") }}),

    ancestors as (
        select customer_key, source_group, customer_key as ancestor_key, parent_customer_id, 0 as steps
        from customers
        union all
        select
            ancestors.customer_key,
            ancestors.source_group,
            parents.customer_key as ancestor_key,
            parents.parent_customer_id,
            ancestors.steps + 1 as steps
        from ancestors
        inner join
            customers as parents
            on ancestors.source_group = parents.source_group
            and ancestors.parent_customer_id = parents.customer_id
        where ancestors.steps < 20
    ),

    uppermost_found as (
        select
            customer_key,
            ancestor_key as family_key,
            row_number() over (partition by customer_key order by steps desc) as ancestor_rank
        from ancestors
    ),

    families_named as (select customer_key, family_key from uppermost_found where ancestor_rank = 1)

select *
from families_named
