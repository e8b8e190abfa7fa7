{#- What of a unit's power belongs to a part of it (`int_resources__parts`), positive into the grid: all
    of it, or of a battery with one code both ways what it gives or what it takes. Null for null.

    power: SQL expression, MW as metered. The part's columns come from a relation named `parts`; a unit
    that has none is taken as metered. -#}
{% macro part_of_power(power) -%}
    case
        when {{ power }} is not null
            then least(
                greatest({{ power }} * coalesce(parts.direction, 1), parts.least_mw),
                parts.most_mw
            ) + 0
    end
{%- endmacro %}
