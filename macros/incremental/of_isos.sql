{#- The rows of some areas of a relation, as something to select from. Asked before `rebuilt_days`, so
    that a model of one market does not look through the days of all others while it holds no row. -#}
{% macro of_isos(relation, isos) -%}
    {{ return('(select * from ' ~ relation ~ " where iso in ('" ~ isos | join("', '") ~ "'))") }}
{%- endmacro %}
