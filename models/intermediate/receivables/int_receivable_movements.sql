-- Every movement of every receivable, with what is left after it. The functional value of a rest is
-- rest x document rate, rounded once; a movement is worth the value before less the value after, so
-- the last one takes the remainder.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    applications as (select * from {{ ref("int_applications") }}),

    write_offs as (select * from {{ ref("int_write_offs") }}),

    clearings as (select * from {{ ref("int_unexplained_clearings") }}),

    movements_unioned as (
        select
            document_key,
            document_key as movement_key,
            doc_id as movement_id,
            'posting' as movement_type,
            1 as movement_order,
            posting_date,
            gross as amount,
            cast(0 as decimal(18, 4)) as discount,
            is_opening_item
        from documents
        union all
        select
            document_key,
            application_key as movement_key,
            application_id as movement_id,
            case
                source_type
                when 'payment'
                then 'application'
                when 'credit_memo'
                then 'credit_application'
                else 'write_off'
            end as movement_type,
            2 as movement_order,
            posting_date,
            - amount as amount,
            discount,
            is_opening_item
        from applications
        where source_type <> 'write_off' or write_off_key is null
        union all
        select
            credit_memo_key as document_key,
            application_key as movement_key,
            application_id as movement_id,
            'credit_application' as movement_type,
            2 as movement_order,
            posting_date,
            amount,
            cast(0 as decimal(18, 4)) as discount,
            is_opening_item
        from applications
        where source_type = 'credit_memo'
        union all
        select
            document_key,
            write_off_key as movement_key,
            write_off_id as movement_id,
            'write_off' as movement_type,
            3 as movement_order,
            posting_date,
            - amount as amount,
            cast(0 as decimal(18, 4)) as discount,
            is_opening_item
        from write_offs
        union all
        select
            document_key,
            clearing_key as movement_key,
            clearing_id as movement_id,
            'unexplained_clearing' as movement_type,
            4 as movement_order,
            posting_date,
            - amount as amount,
            cast(0 as decimal(18, 4)) as discount,
            false as is_opening_item
        from clearings
    ),

    movements_of_documents as (
        select
            movements_unioned.*,
            documents.source_system,
            documents.doc_id,
            documents.doc_type,
            documents.legal_entity_id,
            documents.customer_id,
            documents.receivable_role,
            documents.currency,
            documents.fx_rate,
            documents.net as document_net,
            documents.tax as document_tax,
            documents.gross as document_gross,
            documents.minor_units,
            documents.functional_minor_units,
            -- a movement dated before its document counts from the document's posting date
            greatest(movements_unioned.posting_date, documents.posting_date) as effective_date
        from movements_unioned
        inner join documents on movements_unioned.document_key = documents.document_key
        where documents.gross is not null
    ),

    rests_run as (
        select
            *,
            sum(amount) over (
                partition by document_key
                order by effective_date, movement_order, movement_id, movement_key
                rows between unbounded preceding and current row
            ) as open_amount_after
        from movements_of_documents
    ),

    rests_valued as (
        select
            *,
            open_amount_after - amount as open_amount_before,
            {{ translate("open_amount_after", "fx_rate", "functional_minor_units") }}
            as open_functional_after,
            {{ translate("open_amount_after - amount", "fx_rate", "functional_minor_units") }}
            as open_functional_before
        from rests_run
    ),

    discounts_split as (
        select
            *,
            case
                when discount = 0 or document_gross = 0 or document_tax is null
                then cast(0 as decimal(18, 4))
                else {{ divide_money(times("discount", "document_tax"), "document_gross", "minor_units") }}
            end as discount_tax
        from rests_valued
    ),

    movements_valued as (
        select
            document_key,
            movement_key,
            movement_id,
            movement_type,
            source_system,
            doc_id,
            doc_type,
            legal_entity_id,
            customer_id,
            receivable_role,
            currency,
            cast(amount as decimal(18, 4)) as amount,
            discount,
            case
                when discount = 0
                then cast(0 as decimal(18, 4))
                else
                    {{ translate("discount - discount_tax", "fx_rate", "functional_minor_units") }}
                    + {{ translate("discount_tax", "fx_rate", "functional_minor_units") }}
            end as discount_functional,
            case
                when discount = 0
                then cast(0 as decimal(18, 4))
                else {{ translate("discount_tax", "fx_rate", "functional_minor_units") }}
            end as discount_tax_functional,
            cast(open_amount_after as decimal(18, 4)) as open_amount_after,
            open_functional_after - open_functional_before as functional_change,
            open_functional_after,
            is_opening_item,
            posting_date,
            effective_date
        from discounts_split
    )

select *
from movements_valued
