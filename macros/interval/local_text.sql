{#- An instant as the text of a market's clock with its offset: 2024-11-03 01:00:00-05:00.

    instant: SQL expression. time_zone: name of the zone. The offset tells the two passages of the
    repeated autumn hour apart. -#}
{% macro local_text(instant, time_zone) -%}
    {%- set local = "timezone('" ~ time_zone ~ "', " ~ instant ~ ")" -%}
    {%- set offset = "cast((epoch_us(" ~ local ~ ") - epoch_us(" ~ instant ~ ")) // 60000000 as integer)" -%}
    strftime({{ local }}, '%Y-%m-%d %H:%M:%S')
    || case when {{ offset }} < 0 then '-' else '+' end
    || printf('%02d:%02d', abs({{ offset }}) // 60, abs({{ offset }}) % 60)
{%- endmacro %}
