{#- The points of an offer curve as a list of (mw, price), without the empty ones.

    mw, price: names of the columns, `{n}` for the number of the point. points: how many there are. -#}
{% macro curve_points(mw, price, points) -%}
    list_filter([
        {%- for n in range(1, points + 1) %}
        {'mw': {{ mw | replace('{n}', n) }}, 'price': {{ price | replace('{n}', n) }}}
        {{- ',' if not loop.last }}
        {%- endfor %}
    ], point -> point.mw is not null)
{%- endmacro %}
