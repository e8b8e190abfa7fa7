{#- The day in a cell of a workbook, as text: a date, with or without a time, as ISO or m/d/yyyy, or the
    number of days by which Excel stores it. Null for words, and for 1900, which stands for none.

    text: SQL expression. -#}
{% macro workbook_date(text) -%}
    {%- set number = "try_cast(" ~ text ~ " as double)" -%}
    {%- set day = "coalesce("
        ~ "try_cast(left(trim(" ~ text ~ "), 10) as date), "
        ~ "try_strptime(split_part(trim(" ~ text ~ "), ' ', 1), '%m/%d/%Y')::date, "
        ~ "case when " ~ number ~ " between 1 and 100000 "
        ~ "then date '1899-12-30' + cast(floor(" ~ number ~ ") as integer) end)" -%}
    case when {{ day }} > date '1900-12-31' then {{ day }} end
{%- endmacro %}
