{#- A figure where it is above zero, zero where it is below, null where it is missing: `greatest` passes
    over nulls and would make a zero of what is unknown. figure: SQL expression. -#}
{% macro positive_part(figure) -%}
    case when {{ figure }} > 0 then {{ figure }} when {{ figure }} is not null then 0 end
{%- endmacro %}
