{#- Standard type of an ERCOT settlement point, from the prefix of its code. For products that do
    not publish the type. -#}
{% macro ercot_location_type(location) -%}
    case
        when starts_with({{ location }}, 'HB_') then 'HUB'
        when starts_with({{ location }}, 'LZ_') then 'ZONE'
        when starts_with({{ location }}, 'DC_') then 'INTERFACE'
        else 'NODE'
    end
{%- endmacro %}
