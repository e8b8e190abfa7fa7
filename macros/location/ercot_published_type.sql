{#- Standard type of an ERCOT settlement point, from the type that ERCOT publishes with it. -#}
{% macro ercot_published_type(settlement_point_type) -%}
    case trim({{ settlement_point_type }})
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
