{#- Ranges of days (see `day_ranges`) with days before and after each, of those areas alone that `isos`
    lists, if it is given. Ranges that come to touch are one: no day is in two of them.

    For tables in which a day needs its neighbours: a reading that begins the next day ends the last
    interval of this one. None, a whole build, stays none. -#}
{% macro widened_days(ranges, before=0, after=0, isos=none) -%}
    {%- if ranges is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set day = modules.datetime.date -%}
    {%- set days = modules.datetime.timedelta -%}
    {%- set widened = [] -%}
    {%- for range in ranges | sort(attribute='iso,first') if isos is none or range['iso'] in isos -%}
        {%- set first = (day.fromisoformat(range['first']) - days(days=before)).isoformat() -%}
        {%- set last = (day.fromisoformat(range['last']) + days(days=after)).isoformat() -%}
        {%- set joins = widened and widened[-1]['iso'] == range['iso'] and first <= widened[-1]['last'] -%}
        {%- set start = widened.pop()['first'] if joins else first -%}
        {%- do widened.append({'iso': range['iso'], 'first': start, 'last': last}) -%}
    {%- endfor -%}
    {{ return(widened) }}
{%- endmacro %}
