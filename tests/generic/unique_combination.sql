-- Guards a grain: rows that share a key, and rows that lack a part of it. Two nulls are the same.
{% test unique_combination(model, columns, may_be_null=[]) %}

    with

        keys_counted as (
            select {{ columns | join(", ") }}, count(*) as row_count
            from {{ model }}
            group by {{ columns | join(", ") }}
        ),

        broken_keys as (
            select *
            from keys_counted
            where
                row_count > 1
                {%- for column in columns if column not in may_be_null %}
                    or {{ column }} is null
                {%- endfor %}
        )

    select *
    from broken_keys

{% endtest %}
