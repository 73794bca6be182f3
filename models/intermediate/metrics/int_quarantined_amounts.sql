-- The amounts of documents and receipts that lie in quarantine, as far as their own cell can be
-- read.
with

    quarantine as (select * from {{ ref("stg_registry__quarantine") }}),

    cells_found as (
        -- headings may be delivered in capitals; the company's id keeps its own
        select
            batch_id,
            source_system,
            object,
            {{ text_in_json("row_text", "legal_entity_id") }} as legal_entity_id,
            upper({{ text_in_json("lower(row_text)", "currency") }}) as currency,
            case
                object
                when 'invoices'
                then {{ text_in_json("lower(row_text)", "gross") }}
                else {{ text_in_json("lower(row_text)", "amount") }}
            end as amount_text
        from quarantine
        where kind = 'standard' and object in ('invoices', 'payments')
    ),

    amounts_read as (select *, {{ amount_in_text("amount_text") }} as amount from cells_found)

select *
from amounts_read
