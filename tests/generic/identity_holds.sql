-- Guards what must hold between the figures of a row, or of the rows of a window. A row that lacks a
-- figure is not judged. With `posted_on`, only rows up to the run's as-of date are.
{% test identity_holds(model, identity, posted_on=none) %}

    with

        rows_judged as (
            select *, {{ identity }} as is_identical
            from {{ model }}
            {%- if posted_on %}
                where {{ posted_on }} <= (select as_of from {{ ref("int_as_of") }})
            {%- endif %}
        ),

        broken_rows as (select * from rows_judged where not is_identical)

    select *
    from broken_rows

{% endtest %}
