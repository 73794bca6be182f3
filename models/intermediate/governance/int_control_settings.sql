-- The catalogue with what the company sets for itself. An override counts while it has a reason, an
-- approver other than the person who asked for it, and an expiry not before the start of the run.
with

    catalogue as (select * from {{ ref("control_catalogue") }}),

    control_settings as (select * from {{ ref("stg_registry__control_settings") }}),

    run as (select * from {{ ref("stg_registry__run") }}),

    settings_applied as (
        select
            catalogue.control_id,
            catalogue.title,
            catalogue.domain,
            catalogue.assertion,
            catalogue.tolerance_unit,
            catalogue.tolerance_reason,
            catalogue.covers,
            coalesce(control_settings.owner, catalogue.owner) as owner,
            coalesce(control_settings.severity, catalogue.severity) as severity,
            control_settings.severity is null as may_escalate,
            cast(coalesce(control_settings.tolerance, catalogue.tolerance) as decimal(18, 4)) as tolerance,
            control_settings.override_reason,
            control_settings.override_requested_by,
            control_settings.override_approver,
            control_settings.override_expires_on,
            coalesce(
                control_settings.override_reason is not null
                and control_settings.override_approver is not null
                and control_settings.override_approver <> control_settings.override_requested_by
                and control_settings.override_expires_on >= cast(run.started_at as date),
                false
            ) as is_overridden
        from catalogue
        cross join run
        left join control_settings on catalogue.control_id = control_settings.control_id
    )

select *
from settings_applied
