{#- Standard type of an ERCOT settlement point, from the type that real-time products publish. -#}
{% macro ercot_published_location_type(operator_type) -%}
    case {{ operator_type }}
        when 'HU' then 'HUB'
        when 'SH' then 'HUB'
        when 'AH' then 'HUB'
        when 'LZ' then 'ZONE'
        when 'LZEW' then 'ZONE_EW'
        when 'LZ_DC' then 'INTERFACE'
        when 'LZ_DCEW' then 'INTERFACE_EW'
        else 'NODE'
    end
{%- endmacro %}
