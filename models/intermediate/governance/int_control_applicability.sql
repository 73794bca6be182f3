-- Which controls have something to judge in what was delivered; the others are reported as not
-- applicable, with the first input they lack.
with

    catalogue as (select * from {{ ref("control_catalogue") }}),

    inputs as (select * from {{ ref("int_inputs_delivered") }}),

    missing_inputs as (
        select catalogue.control_id, min(inputs.position) as position
        from catalogue
        inner join inputs on position(';' || inputs.input || ';' in ';' || catalogue.requires || ';') > 0
        where not inputs.is_delivered
        group by catalogue.control_id
    ),

    applicability_stated as (
        select
            catalogue.control_id,
            missing_inputs.control_id is null as is_applicable,
            inputs.reason_when_missing as reason
        from catalogue
        left join missing_inputs on catalogue.control_id = missing_inputs.control_id
        left join inputs on missing_inputs.position = inputs.position
    )

select *
from applicability_stated
