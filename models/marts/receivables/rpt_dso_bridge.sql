-- Days sales outstanding of two month ends, one factor after another taken from the later one:
-- volume (sales and days), terms (what is open and not due), lateness (what is past due), mix
-- (who was billed), exchange rates. Each state between is a formula of its own.
{%- set states = ["after_volume", "after_terms", "after_lateness", "after_mix"] %}
with

    kpis as (select * from {{ ref("rpt_kpis") }}),

    cells as (select * from {{ ref("int_dso_cells") }}),

    ages_summed as (
        select
            *,
            sum(greatest(billed_before, 0)) over by_age as billed_before_at_age,
            sum(greatest(billed, 0)) over by_age as billed_at_age
        from cells
        window by_age as (partition by legal_entity_id, as_of, age_months)
    ),

    shares_found as (
        -- a cell has a share of billing that is open only where something was billed
        select
            *,
            billed_before_at_age > 0 and billed_before > 0 as has_share_before,
            billed_before_at_age > 0 and billed > 0 as has_share,
            case
                when billed_before_at_age > 0
                then cast(billed_at_age as double) / cast(billed_before_at_age as double)
            end as volume_factor
        from ages_summed
    ),

    shares_taken as (
        -- the earlier billing of a cell, with its earlier and its later shares open
        select
            *,
            case
                when has_share_before then cast(not_due_before as double) * volume_factor
            end as not_due_at_share_before,
            case
                when has_share_before then cast(past_due_before as double) * volume_factor
            end as past_due_at_share_before,
            case
                when has_share_before and has_share
                then
                    cast(not_due as double)
                    / cast(billed as double)
                    * cast(billed_before as double)
                    * volume_factor
                when has_share_before
                then cast(not_due_before as double) * volume_factor
            end as not_due_at_share,
            case
                when has_share_before and has_share
                then
                    cast(past_due as double)
                    / cast(billed as double)
                    * cast(billed_before as double)
                    * volume_factor
                when has_share_before
                then cast(past_due_before as double) * volume_factor
            end as past_due_at_share
        from shares_found
    ),

    receivables_restated as (
        -- what has no share is an amount: the earlier one until its own factor's turn comes
        select
            legal_entity_id,
            as_of,
            previous_as_of,
            sum(credit_sales) as credit_sales,
            sum(
                cast(
                    case
                        when has_share_before
                        then not_due_at_share_before + past_due_at_share_before
                        else cast(not_due_before + past_due_before as double)
                    end as decimal(38, 10)
                )
            ) as after_volume,
            sum(
                cast(
                    case
                        when has_share_before
                        then not_due_at_share + past_due_at_share_before
                        else cast(past_due_before as double)
                    end
                    + case when has_share then 0 else cast(not_due as double) end as decimal(38, 10)
                )
            ) as after_terms,
            sum(
                cast(
                    case
                        when has_share_before
                        then not_due_at_share + past_due_at_share
                        else 0
                    end + case when has_share then 0 else cast(not_due + past_due as double) end as decimal(
                        38, 10
                    )
                )
            ) as after_lateness,
            sum(not_due + past_due) as after_mix
        from shares_taken
        group by legal_entity_id, as_of, previous_as_of
    ),

    values_found as (
        select
            receivables_restated.legal_entity_id,
            receivables_restated.as_of,
            receivables_restated.previous_as_of,
            previous_kpis.value as dso_previous,
            current_kpis.value as dso,
            coalesce(
                previous_kpis.null_reason,
                current_kpis.null_reason,
                case when receivables_restated.credit_sales <= 0 then 'non_positive_denominator' end
            ) as null_reason,
            {% for state in states -%}
                case
                    when receivables_restated.credit_sales > 0
                    then
                        cast(receivables_restated.{{ state }} as double)
                        / cast(receivables_restated.credit_sales as double)
                        * {{
                            days_between(
                                "receivables_restated.previous_as_of", "receivables_restated.as_of"
                            )
                        }}
                end as {{ state }} {{- "," if not loop.last }}
            {% endfor %}
        from receivables_restated
        inner join
            kpis as current_kpis
            on receivables_restated.legal_entity_id = current_kpis.legal_entity_id
            and receivables_restated.as_of = current_kpis.as_of
            and current_kpis.metric_id = 'dso_month'
        inner join
            kpis as previous_kpis
            on receivables_restated.legal_entity_id = previous_kpis.legal_entity_id
            and receivables_restated.previous_as_of = previous_kpis.as_of
            and previous_kpis.metric_id = 'dso_month'
    ),

    values_judged as (
        select
            *,
            case
                when null_reason is not null
                then null_reason
                when
                    greatest(
                        abs(dso_previous),
                        abs(dso),
                        {% for state in states -%} abs({{ state }}) {{- "," if not loop.last }} {% endfor %}
                    )
                    >= 1000000000
                then 'out_of_range'
            end as reason
        from values_found
    ),

    states_rounded as (
        -- rounded once, before anything is subtracted, so that the parts sum to the change
        select
            as_of,
            previous_as_of,
            legal_entity_id,
            {% for state in ["dso_previous"] + states + ["dso"] -%}
                case when reason is null then cast({{ state }} as decimal(18, 6)) end as {{ state }},
            {% endfor -%}
            reason as null_reason
        from values_judged
    ),

    parts_taken as (
        select
            as_of,
            previous_as_of,
            legal_entity_id,
            dso_previous,
            after_volume as dso_after_volume,
            after_terms as dso_after_terms,
            after_lateness as dso_after_lateness,
            after_mix as dso_after_mix,
            dso,
            cast(after_volume - dso_previous as decimal(18, 6)) as volume,
            cast(after_terms - after_volume as decimal(18, 6)) as terms,
            cast(after_lateness - after_terms as decimal(18, 6)) as lateness,
            cast(after_mix - after_lateness as decimal(18, 6)) as mix,
            cast(dso - after_mix as decimal(18, 6)) as fx,
            cast(dso - dso_previous as decimal(18, 6)) as change,
            null_reason
        from states_rounded
    )

select *
from parts_taken
