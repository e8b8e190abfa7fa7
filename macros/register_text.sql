{#- Text of a cell of AEMO's register: blanks trimmed, those that do not break a line too; null for a
    dash or nothing.

    cell: SQL expression. -#}
{% macro register_text(cell) -%}
    nullif(nullif(trim(replace({{ cell }}, chr(160), ' ')), ''), '-')
{%- endmacro %}
