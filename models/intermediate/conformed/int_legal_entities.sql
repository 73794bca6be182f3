-- An entity's ledger is what the company says it is; else booked where journals were delivered,
-- partial where only lines of control accounts were, derived where none were.
with

    legal_entities as ({{ union_kinds("legal_entities") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    entity_settings as (select * from {{ ref("stg_registry__entity_settings") }}),

    settings as (select * from {{ ref("stg_registry__settings") }}),

    currencies as (select * from {{ ref("currencies") }}),

    entities_ranked as (
        select
            legal_entities.*,
            row_number() over (
                partition by legal_entities.legal_entity_id order by source_groups.source_rank
            ) as delivery_rank
        from legal_entities
        inner join source_groups on legal_entities.source_system = source_groups.source_system
    ),

    first_journal_dates_found as (
        select
            legal_entity_id,
            min(posting_date) as first_journal_date,
            bool_and(is_control_account_only) as is_control_accounts_only
        from journal_lines
        group by legal_entity_id
    ),

    opening_journals_found as (
        select distinct journal_lines.legal_entity_id
        from journal_lines
        inner join
            first_journal_dates_found
            on journal_lines.legal_entity_id = first_journal_dates_found.legal_entity_id
            and journal_lines.posting_date = first_journal_dates_found.first_journal_date
        where journal_lines.source_type = 'opening'
    ),

    common_currency_found as (
        select
            case
                when count(distinct functional_currency) = 1 then min(functional_currency)
            end as common_currency
        from entities_ranked
    ),

    entities_described as (
        select
            entities_ranked.legal_entity_id,
            entities_ranked.source_system,
            entities_ranked.name,
            entities_ranked.functional_currency,
            coalesce(currencies.minor_units, 2) as functional_minor_units,
            entities_ranked.country,
            entities_ranked.time_zone,
            entities_ranked.parent_legal_entity_id,
            coalesce(
                settings.reporting_currency, common_currency_found.common_currency
            ) as reporting_currency,
            coalesce(reporting_currencies.minor_units, 2) as reporting_minor_units,
            coalesce(
                entity_settings.ledger,
                case
                    when first_journal_dates_found.first_journal_date is null
                    then 'derived'
                    when first_journal_dates_found.is_control_accounts_only
                    then 'partial'
                    else 'booked'
                end
            ) as ledger,
            first_journal_dates_found.first_journal_date,
            opening_journals_found.legal_entity_id is not null as has_opening_journal,
            {{ lineage("entities_ranked") }}
        from entities_ranked
        cross join common_currency_found
        cross join settings
        left join currencies on entities_ranked.functional_currency = currencies.currency
        left join
            currencies as reporting_currencies
            on coalesce(settings.reporting_currency, common_currency_found.common_currency)
            = reporting_currencies.currency
        left join entity_settings on entities_ranked.legal_entity_id = entity_settings.legal_entity_id
        left join
            first_journal_dates_found
            on entities_ranked.legal_entity_id = first_journal_dates_found.legal_entity_id
        left join
            opening_journals_found on entities_ranked.legal_entity_id = opening_journals_found.legal_entity_id
        where entities_ranked.delivery_rank = 1
    )

select *
from entities_described
