-- Every posted result amount on the customer and product behind it. Where the books hold what the
-- document calls for, each part goes where the document says; where they hold something else, it
-- is shared by the parts' value and the largest takes the remainder; what has no such parts goes
-- to the customer of the document, else to the one that the journal line names, and to no
-- product.
with

    postings as (select * from {{ ref("int_profit_postings") }}),

    parts as (select * from {{ ref("int_profit_parts") }}),

    customers_of_postings as (select * from {{ ref("int_profit_customers") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    parts_as_called_for as (
        select
            postings.legal_entity_id,
            postings.period,
            postings.statement_line,
            postings.is_expense_line,
            postings.line,
            postings.is_intercompany,
            parts.customer_key,
            parts.product_key,
            parts.amount as gain
        from parts
        inner join
            postings
            on parts.legal_entity_id = postings.legal_entity_id
            and parts.source_type = postings.source_type
            and parts.posting_key = postings.posting_key
            and parts.part = postings.part
            and parts.statement_line = postings.statement_line
        where postings.is_as_called_for
    ),

    postings_to_share as (
        select
            *,
            row_number() over (order by legal_entity_id, period, source_type, posting_key) as posting_number
        from postings
        where not is_as_called_for
    ),

    parts_to_share as (
        -- a line that names a customer takes that customer's part of a month-end posting
        select
            postings_to_share.posting_number,
            postings_to_share.gain,
            coalesce(parts.statement_line = postings_to_share.statement_line, false) as is_on_its_line,
            bool_or(coalesce(parts.statement_line = postings_to_share.statement_line, false)) over (
                partition by postings_to_share.posting_number
            ) as has_parts_on_its_line,
            parts.customer_key,
            parts.product_key,
            parts.amount,
            parts.line_value
        from postings_to_share
        inner join
            parts
            on postings_to_share.legal_entity_id = parts.legal_entity_id
            and postings_to_share.source_type = parts.source_type
            and postings_to_share.posting_key = parts.posting_key
            and postings_to_share.part = parts.part
        where
            not postings_to_share.is_month_end
            or postings_to_share.customer_key is null
            or postings_to_share.customer_key = parts.customer_key
    ),

    parts_summed as (
        -- on a statement line that none of the parts belongs to, all of them count
        select
            posting_number,
            gain,
            customer_key,
            product_key,
            case when count(*) = count(amount) then sum(amount) end as amount,
            sum(line_value) as line_value
        from parts_to_share
        where is_on_its_line or not has_parts_on_its_line
        group by posting_number, gain, customer_key, product_key
    ),

    parts_totalled as (
        select
            *,
            count(*) over by_posting = count(amount) over by_posting as has_amounts,
            sum(amount) over by_posting as amount_total,
            sum(abs(amount)) over by_posting as magnitude_total
        from parts_summed
        window by_posting as (partition by posting_number)
    ),

    parts_weighed as (
        select
            posting_number,
            gain,
            customer_key,
            product_key,
            has_amounts and amount_total = gain as is_as_called_for,
            cast(amount as decimal(18, 4)) as amount,
            cast(
                case
                    when has_amounts and magnitude_total <> 0 then abs(amount) else line_value
                end as decimal(18, 4)
            ) as weight
        from parts_totalled
    ),

    weights_totalled as (
        select
            *,
            cast(sum(weight) over by_posting as decimal(18, 4)) as weight_total,
            row_number() over (
                partition by posting_number
                order by weight desc, customer_key nulls last, product_key nulls last
            ) as size_rank
        from parts_weighed
        window by_posting as (partition by posting_number)
    ),

    gains_shared as (
        select
            weights_totalled.*,
            {{
                divide_money(
                    times("weights_totalled.gain", "weights_totalled.weight"),
                    "weights_totalled.weight_total",
                    "legal_entities.functional_minor_units",
                )
            }} as share
        from weights_totalled
        inner join postings_to_share on weights_totalled.posting_number = postings_to_share.posting_number
        inner join legal_entities on postings_to_share.legal_entity_id = legal_entities.legal_entity_id
        where weights_totalled.weight_total <> 0
    ),

    remainders_given as (
        select
            posting_number,
            customer_key,
            product_key,
            case
                when is_as_called_for
                then amount
                when size_rank = 1
                then share + gain - sum(share) over (partition by posting_number)
                else share
            end as gain
        from gains_shared
    ),

    customers_taken as (
        select
            postings_to_share.posting_number,
            coalesce(customers_of_postings.customer_key, postings_to_share.customer_key) as customer_key,
            cast(null as string) as product_key,
            postings_to_share.gain
        from postings_to_share
        left join
            customers_of_postings
            on postings_to_share.legal_entity_id = customers_of_postings.legal_entity_id
            and postings_to_share.source_type = customers_of_postings.source_type
            and postings_to_share.posting_key = customers_of_postings.posting_key
        where
            postings_to_share.posting_number
            not in (select given.posting_number from remainders_given as given)
    ),

    attributions_unioned as (
        select *
        from parts_as_called_for
        union all
        select
            postings_to_share.legal_entity_id,
            postings_to_share.period,
            postings_to_share.statement_line,
            postings_to_share.is_expense_line,
            postings_to_share.line,
            postings_to_share.is_intercompany,
            shares.customer_key,
            shares.product_key,
            shares.gain
        from
            (
                select *
                from remainders_given
                union all
                select *
                from customers_taken
            ) as shares
        inner join postings_to_share on shares.posting_number = postings_to_share.posting_number
    ),

    attributions_summed as (
        select
            legal_entity_id,
            period,
            statement_line,
            is_expense_line,
            line,
            customer_key,
            product_key,
            {{ sum_money("gain") }} as gain,
            {{ sum_money("case when is_intercompany then 0 else gain end") }} as gain_in_group
        from attributions_unioned
        group by legal_entity_id, period, statement_line, is_expense_line, line, customer_key, product_key
    )

select *
from attributions_summed
