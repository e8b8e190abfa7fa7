{#- ERCOT has a column per kind of outage and, since 2023, zone. -#}
{%- set kinds = {
    'RESOURCE': 'total_resource_mw',
    'IRR': 'total_irr_mw',
    'NEW_EQUIPMENT': 'total_new_equip_resource_mw'
} -%}
{%- set zones = {
    'SOUTH': '_zone_south',
    'NORTH': '_zone_north',
    'WEST': '_zone_west',
    'HOUSTON': '_zone_houston',
    'ERCOT': ''
} -%}
with ercot_places as (
    select
        unnest({{ kinds.keys() | list }}) as outage_kind,
        location
    from (select unnest({{ zones.keys() | list }}) as location)
),

ercot as (
    select
        outages.iso,
        cast(null as text) as market,
        places.location,
        case places.location when 'ERCOT' then 'SYSTEM' else 'FORECAST_ZONE' end as location_type,
        outages.interval_start,
        outages.interval_end,
        60 as interval_minutes,
        outages.market_date,
        places.outage_kind,
        case
            {%- for kind, column in kinds.items() %}
            {%- for zone, suffix in zones.items() %}
            when places.outage_kind = '{{ kind }}' and places.location = '{{ zone }}'
                then outages.{{ column ~ suffix }}
            {%- endfor %}
            {%- endfor %}
        end as outage_mw,
        outages._published_at,
        outages._fetched_at,
        outages._loaded_at,
        outages._file_id,
        outages._row_number
    from {{ ref('stg_ercot__resource_outage_capacities') }} as outages
    cross join ercot_places as places
)

select * from ercot
where
    interval_start is not null
    and outage_mw is not null
