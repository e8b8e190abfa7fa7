{#- Minutes of a duration as the catalogue writes it, in days, hours and minutes (ISO 8601): P1D, PT5M. -#}
{% macro duration_minutes(duration) -%}
    cast(
        {%- for unit, minutes in [('D', 1440), ('H', 60), ('M', 1)] %}
        coalesce(try_cast(regexp_extract({{ duration }}, '(\d+){{ unit }}', 1) as integer), 0)
        * {{ minutes }}{{ ' +' if not loop.last }}
        {%- endfor %}
    as integer)
{%- endmacro %}
