{#- Market of a station's state, which the first three of its six digits at the Bureau tell: to 013
    Western Australia, 014 and 015 the Northern Territory, from 100 on islands and the Antarctic, which
    have none.

    number: SQL expression. -#}
{% macro bom_station_market(number) -%}
    case
        when left(trim({{ number }}), 3) between '001' and '013' then 'WEM'
        when left(trim({{ number }}), 3) between '016' and '099' then 'NEM'
    end
{%- endmacro %}
