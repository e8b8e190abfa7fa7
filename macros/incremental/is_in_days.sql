{#- SQL condition: a row is of ranges of days (see `day_ranges`), true for none.

    For what a query has computed already. What it reads is cut by `rows_of`, whose selects reach the
    scans; of a computed relation each of those would compute it anew. -#}
{% macro is_in_days(ranges, iso='iso', market_date='market_date') -%}
    {%- if ranges is none -%}
        true
    {%- else -%}
        (
            {%- for range in ranges %}
            (
                {{ iso }} = '{{ range['iso'] }}'
                and {{ market_date }} between date '{{ range['first'] }}' and date '{{ range['last'] }}'
            )
            or
            {%- endfor %}
            false
        )
    {%- endif -%}
{%- endmacro %}
