{#- Standard type of a CAISO pricing node, from the pattern of its name. -#}
{% macro caiso_location_type(location) -%}
    case
        when starts_with({{ location }}, 'TH_') then 'HUB'
        when starts_with({{ location }}, 'DLAP_') then 'ZONE'
        when starts_with({{ location }}, 'ELAP_') then 'AREA'
        when ends_with({{ location }}, '-APND') then 'AGGREGATE'
        else 'NODE'
    end
{%- endmacro %}
