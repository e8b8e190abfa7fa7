{#- How many regions a network has, by the end of a period. -#}
{%- macro region_spines() -%}
    select
        spines.iso,
        spines.least_series,
        timezone(isos.time_zone, cast(spines.valid_from as timestamp)) as valid_from,
        timezone(isos.time_zone, cast(spines.valid_to + 1 as timestamp)) as valid_to
    from {{ ref('interval_spines') }} as spines
    inner join {{ ref('isos') }} as isos on spines.iso = isos.iso
    where spines.mart = 'fct_region_intervals'
{%- endmacro -%}
