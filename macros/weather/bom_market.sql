{#- Market of a station's state, which is the third letter of its product (IDW60901: Western Australia);
    null for the Northern Territory and the Antarctic.

    product: SQL expression. -#}
{% macro bom_market(product) -%}
    case
        when substr(trim({{ product }}), 3, 1) = 'W' then 'WEM'
        when substr(trim({{ product }}), 3, 1) in ('N', 'Q', 'V', 'S', 'T') then 'NEM'
    end
{%- endmacro %}
