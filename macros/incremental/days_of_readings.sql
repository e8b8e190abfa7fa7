{#- The days of five-minute readings of the NEM as something to select from, with `_loaded_at`: a
    reading counts in its own interval and in those before and after, which may be of other days.

    relation: readings with iso, market_date, interval_end and `_loaded_at`. One select per neighbour,
    so that a filter on `_loaded_at` reaches the landed rows. -#}
{% macro days_of_readings(relation) -%}
    {%- set selects = ['select iso, market_date, _loaded_at from ' ~ relation] -%}
    {%- for minutes in [-5, 5] -%}
        {%- set day = nem_market_date(nem_clock('interval_end', minutes)) -%}
        {%- do selects.append(
            'select iso, ' ~ day ~ ' as market_date, _loaded_at from ' ~ relation
            ~ ' where ' ~ day ~ ' <> market_date'
        ) -%}
    {%- endfor -%}
    {{ return('(' ~ selects | join(' union all ') ~ ')') }}
{%- endmacro %}
