-- Where the reports of an entity begin: as-of reports at the month of its first journal (derived
-- ledger: first document), period reports at the month of its first journal or document that is not
-- an opening balance. Where there is neither, the first receipt stands in.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    first_movements_unioned as (
        select legal_entity_id, min(posting_date) as first_date
        from journal_lines
        where source_type <> 'opening'
        group by legal_entity_id
        union all
        select legal_entity_id, min(posting_date) as first_date
        from documents
        where not is_opening_item
        group by legal_entity_id
    ),

    first_receipts_found as (
        select legal_entity_id, min(posting_date) as first_receipt_date
        from receipts
        where not is_opening_item
        group by legal_entity_id
    ),

    first_movements_found as (
        select legal_entity_id, min(first_date) as first_movement_date
        from first_movements_unioned
        group by legal_entity_id
    ),

    starts_found as (
        select
            legal_entities.legal_entity_id,
            case
                when legal_entities.ledger = 'derived'
                then
                    coalesce(
                        first_movements_found.first_movement_date, first_receipts_found.first_receipt_date
                    )
                else
                    coalesce(
                        legal_entities.first_journal_date,
                        first_movements_found.first_movement_date,
                        first_receipts_found.first_receipt_date
                    )
            end as first_as_of_date,
            coalesce(
                first_movements_found.first_movement_date, first_receipts_found.first_receipt_date
            ) as first_movement_date
        from legal_entities
        left join
            first_movements_found on legal_entities.legal_entity_id = first_movements_found.legal_entity_id
        left join
            first_receipts_found on legal_entities.legal_entity_id = first_receipts_found.legal_entity_id
    )

select *
from starts_found
