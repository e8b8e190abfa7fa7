{#- Sum of doubles that does not depend on the order of rows, to the millionth; null if all are null.

    figure: SQL expression. condition: SQL condition of the rows that count. -#}
{% macro exact_sum(figure, condition=none) -%}
    cast(sum(cast({{ figure }} as decimal(18, 6)))
    {%- if condition %} filter (where {{ condition }}){% endif %} as double)
{%- endmacro %}
