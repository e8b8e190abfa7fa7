{#- Market in which a two-digit postcode prefix lies: 6 is Western Australia, 08 and 09 the Northern
    Territory, which has neither. Regions of the state off the main grid count (`wem_rooftop_prefixes`).

    prefix: SQL expression. -#}
{% macro apvi_market(prefix) -%}
    case
        when left(trim({{ prefix }}), 1) = '6' then 'WEM'
        when left(trim({{ prefix }}), 2) not in ('08', '09') then 'NEM'
    end
{%- endmacro %}
