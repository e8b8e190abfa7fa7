{#- Per product: its staging model, the fuel as published, the kind of figure with the length of its
    intervals, and its places: the names in the columns and the published codes. The system stands in
    the products by load zone and in those by region alike; it is taken from the first. -#}
{%- set zones = {
    'system_wide': 'ERCOT',
    'lz_south_houston': 'LZ_SOUTH_HOUSTON',
    'lz_west': 'LZ_WEST',
    'lz_north': 'LZ_NORTH'
} -%}
{%- set system = {'system_wide': 'ERCOT'} -%}
{%- set wind_regions = {
    'panhandle': 'PANHANDLE',
    'coastal': 'COASTAL',
    'south': 'SOUTH',
    'west': 'WEST',
    'north': 'NORTH'
} -%}
{%- set solar_regions = {
    'center_west': 'CenterWest',
    'north_west': 'NorthWest',
    'far_west': 'FarWest',
    'far_east': 'FarEast',
    'south_east': 'SouthEast',
    'center_east': 'CenterEast'
} -%}
{%- set hourly, five = ('HOURLY_MEAN', 60), ('FIVE_MINUTE_MEAN', 5) -%}
{%- set products = [
    (ref('stg_ercot__wind_hourly_averages'), 'Wind', hourly, zones),
    (ref('stg_ercot__wind_hourly_averages_by_region'), 'Wind', hourly, wind_regions),
    (ref('stg_ercot__solar_hourly_averages'), 'Solar', hourly, system),
    (ref('stg_ercot__solar_hourly_averages_by_region'), 'Solar', hourly, solar_regions),
    (ref('stg_ercot__wind_five_minute_averages'), 'Wind', five, zones),
    (ref('stg_ercot__wind_five_minute_averages_by_region'), 'Wind', five, wind_regions),
    (ref('stg_ercot__solar_five_minute_averages'), 'Solar', five, system),
    (ref('stg_ercot__solar_five_minute_averages_by_region'), 'Solar', five, solar_regions)
] -%}
with fuels as (
    select * from {{ ref('fuels') }}
),

{% for averages, fuel, kind, places in products -%}
places_{{ loop.index }} as (
    select unnest({{ places.values() | list }}) as location
),

-- One column per place is one row per place.
product_{{ loop.index }} as (
    select
        averages.iso,
        places.location,
        '{{ fuel }}' as operator_fuel,
        '{{ kind[0] }}' as generation_kind,
        averages.interval_start,
        averages.interval_end,
        {{ kind[1] }} as interval_minutes,
        averages.market_date,
        case places.location
            {%- for column, location in places.items() %}
            when '{{ location }}' then averages.gen_{{ column }}_mw
            {%- endfor %}
        end as generation_mw,
        averages._published_at,
        averages._fetched_at,
        averages._loaded_at,
        averages._file_id,
        averages._row_number
    from {{ averages }} as averages
    cross join places_{{ loop.index }} as places
),

{% endfor -%}
fuel_mix as (
    select
        iso,
        'ERCOT' as location,
        operator_fuel,
        'METERED' as generation_kind,
        interval_start,
        interval_end,
        15 as interval_minutes,
        market_date,
        energy_mwh * 4 as generation_mw,
        energy_mwh,
        settlement_type,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__fuel_mix_intervals') }}
),

unioned as (
    select * from fuel_mix
    {% for product in products -%}
    union all by name
    select * from product_{{ loop.index }}
    {% endfor %}
)

select
    unioned.iso,
    cast(null as text) as market,
    unioned.location,
    case unioned.location when 'ERCOT' then 'SYSTEM' else 'RENEWABLE_REGION' end as location_type,
    unioned.interval_start,
    unioned.interval_end,
    cast(unioned.interval_minutes as integer) as interval_minutes,
    unioned.market_date,
    -- a fuel that the seed does not know keeps the name that the operator gives it
    coalesce(fuels.fuel, unioned.operator_fuel) as fuel,
    unioned.operator_fuel,
    unioned.generation_kind,
    unioned.generation_mw,
    coalesce(unioned.energy_mwh, unioned.generation_mw * unioned.interval_minutes / 60)
        as energy_mwh,
    unioned.settlement_type,
    unioned._published_at,
    unioned._fetched_at,
    unioned._loaded_at,
    unioned._file_id,
    unioned._row_number
from unioned
left join fuels
    on unioned.iso = fuels.iso and unioned.operator_fuel = fuels.operator_fuel
where {{ has_instant('unioned.interval_start') }} and unioned.generation_mw is not null
