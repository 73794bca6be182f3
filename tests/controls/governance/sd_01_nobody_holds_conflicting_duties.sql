{{ config(alias="sd_01", meta={"control_id": "SD-01", "escalates": true}) }}
-- Guards the separation of duties before anything happens: who could do both steps needs no
-- accomplice. One user who handles cash and writes off receivables can take the money and hide it,
-- so that pair stops publishing. Duties of roles come from the user's own source, or, where it
-- delivers none, from the others.
with

    users as ({{ union_kinds("users") }}),

    role_duties as ({{ union_kinds("role_duties") }}),

    duty_conflicts as ({{ union_kinds("sod_conflicts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    sources_with_duties as (select distinct source_system from role_duties),

    duties_held as (
        select distinct
            users.source_system,
            users.user_id,
            users.role,
            users.source_file,
            users.source_line,
            role_duties.duty
        from users
        inner join role_duties on users.role = role_duties.role
        left join sources_with_duties on users.source_system = sources_with_duties.source_system
        where
            users.active
            and (role_duties.source_system = users.source_system or sources_with_duties.source_system is null)
    ),

    conflicts_named as (
        -- the pair in one order, so that a conflict declared both ways counts once
        select distinct least(duty_a, duty_b) as duty_a, greatest(duty_a, duty_b) as duty_b
        from duty_conflicts
        where duty_a <> duty_b
    ),

    conflicts_held as (
        select
            one.source_system,
            one.user_id,
            one.role,
            one.source_file,
            one.source_line,
            conflicts_named.duty_a,
            conflicts_named.duty_b,
            (
                (
                    lower(conflicts_named.duty_a) like '%cash%'
                    and lower(conflicts_named.duty_b) like '%write%off%'
                )
                or (
                    lower(conflicts_named.duty_b) like '%cash%'
                    and lower(conflicts_named.duty_a) like '%write%off%'
                )
            ) as blocks
        from duties_held as one
        inner join conflicts_named on one.duty = conflicts_named.duty_a
        inner join
            duties_held as other
            on one.source_system = other.source_system
            and one.user_id = other.user_id
            and conflicts_named.duty_b = other.duty
    ),

    failing_rows as (
        select
            'SD-01' as control_id,
            as_of.as_of,
            cast(null as string) as legal_entity_id,
            conflicts_held.user_id
            || ' '
            || conflicts_held.duty_a
            || ' '
            || conflicts_held.duty_b as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'one of ' || conflicts_held.duty_a || ' and ' || conflicts_held.duty_b as expected,
            'both' as actual,
            cast(null as decimal(18, 4)) as difference,
            conflicts_held.source_system,
            conflicts_held.source_file,
            conflicts_held.source_line,
            conflicts_held.blocks,
            conflicts_held.user_id,
            conflicts_held.role,
            conflicts_held.duty_a,
            conflicts_held.duty_b
        from conflicts_held
        cross join as_of
    )

select *
from failing_rows
