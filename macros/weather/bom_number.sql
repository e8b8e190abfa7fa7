{#- Number in a text of BOM's observations; null for a dash or nothing.

    text: SQL expression. -#}
{% macro bom_number(text) -%}
    cast(nullif(nullif(trim({{ text }}), '-'), '') as double)
{%- endmacro %}
