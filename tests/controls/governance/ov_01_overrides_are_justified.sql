{{ config(alias="ov_01", meta={"control_id": "OV-01"}) }}
-- Guards the controls themselves: an override without a reason, a second person or an end is a control
-- switched off. One that has run out is listed until somebody takes it out of controls.yml or renews
-- it. Expiry is judged against the start of the run.
with

    control_settings as (select * from {{ ref("stg_registry__control_settings") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    run as (select * from {{ ref("stg_registry__run") }}),

    overrides_given as (
        select *
        from control_settings
        where
            override_reason is not null
            or override_requested_by is not null
            or override_approver is not null
            or override_expires_on is not null
    ),

    findings_unioned as (
        select overrides_given.*, 'a reason' as expected, 'none' as actual
        from overrides_given
        where coalesce(trim(override_reason), '') = ''
        union all
        select overrides_given.*, 'who asked for it' as expected, 'nobody' as actual
        from overrides_given
        where coalesce(trim(override_requested_by), '') = ''
        union all
        select overrides_given.*, 'the approval of a second person' as expected, 'nobody' as actual
        from overrides_given
        where coalesce(trim(override_approver), '') = ''
        union all
        select
            overrides_given.*,
            'the approval of a second person' as expected,
            override_approver || ', who asked for it' as actual
        from overrides_given
        where lower(trim(override_approver)) = lower(trim(override_requested_by))
        union all
        select overrides_given.*, 'an expiry' as expected, 'none' as actual
        from overrides_given
        where override_expires_on is null
        union all
        select
            overrides_given.*,
            'an expiry on ' || cast(cast(run.started_at as date) as string) || ' or later' as expected,
            cast(overrides_given.override_expires_on as string) as actual
        from overrides_given
        cross join run
        where overrides_given.override_expires_on < cast(run.started_at as date)
    ),

    failing_rows as (
        select
            'OV-01' as control_id,
            as_of.as_of,
            cast(null as string) as legal_entity_id,
            findings_unioned.control_id || ': ' || findings_unioned.expected as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            findings_unioned.expected,
            findings_unioned.actual,
            cast(null as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            'controls.yml' as source_file,
            cast(null as bigint) as source_line,
            findings_unioned.control_id as overridden_control_id,
            findings_unioned.override_reason,
            findings_unioned.override_requested_by,
            findings_unioned.override_approver,
            findings_unioned.override_expires_on
        from findings_unioned
        cross join as_of
    )

select *
from failing_rows
