{#- Per product: its staging model, the technology, its kinds of forecast, and its places: the names
    in the columns and the published codes. The system stands in the products by load zone and in
    those by region alike; it is taken from the first, or each issue would show twice. -#}
{%- set wind_kinds = ['COP_HSL', 'STWPF', 'WGRPP'] -%}
{%- set solar_kinds = ['COP_HSL', 'STPPF', 'PVGRPP'] -%}
{%- set products = [
    (ref('stg_ercot__wind_hourly_averages'), 'WIND', wind_kinds, {
        'system_wide': 'ERCOT',
        'lz_south_houston': 'LZ_SOUTH_HOUSTON',
        'lz_west': 'LZ_WEST',
        'lz_north': 'LZ_NORTH'
    }),
    (ref('stg_ercot__wind_hourly_averages_by_region'), 'WIND', wind_kinds, {
        'panhandle': 'PANHANDLE',
        'coastal': 'COASTAL',
        'south': 'SOUTH',
        'west': 'WEST',
        'north': 'NORTH'
    }),
    (ref('stg_ercot__solar_hourly_averages'), 'SOLAR', solar_kinds, {'system_wide': 'ERCOT'}),
    (ref('stg_ercot__solar_hourly_averages_by_region'), 'SOLAR', solar_kinds, {
        'center_west': 'CenterWest',
        'north_west': 'NorthWest',
        'far_west': 'FarWest',
        'far_east': 'FarEast',
        'south_east': 'SouthEast',
        'center_east': 'CenterEast'
    })
] -%}
{#- Per kind of the NEM: its staging model, technology, kind, column, time of issue and which rows
    count. A month holds all its runs in one file. -#}
{%- set nem_regions = ['NSW1', 'QLD1', 'SA1', 'TAS1', 'VIC1'] -%}
{%- set rooftop = ref('stg_nem__rooftop_forecasts') -%}
{%- set predispatch = ref('stg_nem__predispatch_regions') -%}
{%- set predispatch_issued = nem_predispatch_issued('run_id') -%}
{%- set nem = [
    (rooftop, 'SOLAR_ROOFTOP', 'POWERMEAN', 'power_mean_mw', 'forecast_at', 'true'),
    (rooftop, 'SOLAR_ROOFTOP', 'POWERPOE50', 'power_poe50_mw', 'forecast_at', 'true'),
    (rooftop, 'SOLAR_ROOFTOP', 'POWERPOELOW', 'power_poe_low_mw', 'forecast_at', 'true'),
    (rooftop, 'SOLAR_ROOFTOP', 'POWERPOEHIGH', 'power_poe_high_mw', 'forecast_at', 'true'),
    (predispatch, 'SOLAR', 'UIGF', 'solar_uigf_mw', predispatch_issued, 'intervention = 0'),
    (predispatch, 'WIND', 'UIGF', 'wind_uigf_mw', predispatch_issued, 'intervention = 0')
] -%}
with {% for hours, technology, kinds, places in products -%}
figures_{{ loop.index }} as (
    select
        places.location,
        kinds.forecast_kind,
        kinds.forecast_kind || ' ' || places.location as figure
    from (select unnest({{ places.values() | list }}) as location) as places
    cross join (select unnest({{ kinds }}) as forecast_kind) as kinds
),

-- One column per kind and place is one row per kind and place.
product_{{ loop.index }} as (
    select
        hours.iso,
        figures.location,
        '{{ technology }}' as technology,
        figures.forecast_kind,
        hours.interval_start,
        hours.interval_end,
        hours.market_date,
        case figures.figure
            {%- for kind in kinds %}
            {%- for column, location in places.items() %}
            when '{{ kind }} {{ location }}' then hours.{{ kind | lower }}_{{ column }}_mw
            {%- endfor %}
            {%- endfor %}
        end as generation_mw,
        hours._published_at,
        hours._fetched_at,
        hours._loaded_at,
        hours._file_id,
        hours._row_number
    from {{ hours }} as hours
    cross join figures_{{ loop.index }} as figures
),

{% endfor -%}
{% for relation, technology, kind, generation_mw, issued_at, condition in nem -%}
nem_{{ loop.index }} as (
    select
        iso,
        location,
        case when list_contains({{ nem_regions }}, location) then 'REGION' else 'SUBREGION' end
            as location_type,
        '{{ technology }}' as technology,
        '{{ kind }}' as forecast_kind,
        interval_start,
        interval_end,
        market_date,
        {{ issued_at }} as issued_at,
        {{ generation_mw }} as generation_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ relation }}
    where {{ condition }}
),

{% endfor -%}
unioned as (
    {% for product in products -%}
    select * from product_{{ loop.index }}
    union all by name
    {% endfor -%}
    {% for product in nem -%}
    select * from nem_{{ loop.index }}
    {% if not loop.last -%} union all by name
    {% endif -%}
    {% endfor %}
)

select
    iso,
    cast(null as text) as market,
    location,
    coalesce(location_type, case location when 'ERCOT' then 'SYSTEM' else 'RENEWABLE_REGION' end)
        as location_type,
    interval_start,
    interval_end,
    {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
    market_date,
    coalesce(issued_at, _published_at, _fetched_at) as issued_at,
    technology,
    forecast_kind,
    generation_mw,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from unioned
where {{ has_instant('interval_start') }} and generation_mw is not null
