{#- A decimal product whose width cannot overflow at a million: one factor is widened first. -#}
{% macro times(amount, factor) -%} (cast({{ amount }} as decimal(38, 6)) * {{ factor }}) {%- endmacro %}

{#- Half away from zero, to the minor units of a currency; an amount of the store's type. -#}
{% macro round_money(amount, minor_units) -%}
    case
        {{ minor_units }}
        when 0
        then cast(round({{ amount }}, 0) as decimal(18, 4))
        when 3
        then cast(round({{ amount }}, 3) as decimal(18, 4))
        when 4
        then cast(round({{ amount }}, 4) as decimal(18, 4))
        when 5
        then cast(round({{ amount }}, 4) as decimal(18, 4))
        else cast(round({{ amount }}, 2) as decimal(18, 4))
    end
{%- endmacro %}

{#- An amount in another currency at a given rate, rounded once. -#}
{% macro translate(amount, rate, minor_units) -%}
    {{ round_money(times(amount, rate), minor_units) }}
{%- endmacro %}

{#- A sum of money stays an amount of the store's type. -#}
{% macro sum_money(amount) -%} cast(coalesce(sum({{ amount }}), 0) as decimal(18, 4)) {%- endmacro %}
