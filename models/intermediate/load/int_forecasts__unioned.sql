{#- ERCOT has a column per zone. A zone bears the code that it has in `int_loads__unioned`. -#}
{%- set weather_zones = {
    'COAST': 'coast_mw',
    'EAST': 'east_mw',
    'FAR_WEST': 'far_west_mw',
    'NORTH': 'north_mw',
    'NORTH_C': 'north_central_mw',
    'SOUTHERN': 'southern_mw',
    'SOUTH_C': 'south_central_mw',
    'WEST': 'west_mw',
    'ERCOT': 'system_total_mw'
} -%}
{#- Products without models carry the forecast that ERCOT itself goes by. -#}
{%- set ercot = [
    {
        'name': 'ercot_weather_zone_models',
        'relation': ref('stg_ercot__model_load_forecasts_by_weather_zone'),
        'model': 'forecasts.model',
        'is_in_use': 'forecasts.is_in_use',
        'location_type': 'WEATHER_ZONE',
        'locations': weather_zones
    },
    {
        'name': 'ercot_weather_zones',
        'relation': ref('stg_ercot__load_forecasts_by_weather_zone'),
        'model': "'ERCOT'",
        'location_type': 'WEATHER_ZONE',
        'locations': weather_zones
    },
    {
        'name': 'ercot_forecast_zones',
        'relation': ref('stg_ercot__load_forecasts_by_forecast_zone'),
        'model': "'ERCOT'",
        'location_type': 'FORECAST_ZONE',
        'locations': {
            'NORTH': 'north_mw', 'SOUTH': 'south_mw', 'WEST': 'west_mw', 'HOUSTON': 'houston_mw'
        }
    },
    {
        'name': 'ercot_study_areas',
        'relation': ref('stg_ercot__model_load_forecasts_by_study_area'),
        'model': 'forecasts.model',
        'location_type': 'STUDY_AREA',
        'locations': {'VALLEY': 'valley_mw'}
    }
] -%}
{#- Per product of the NEM: the model, the column, when a run was issued and which rows count. A
    month holds all its runs in one file, so the time of the file does not tell them apart. -#}
{%- set operational = ref('stg_nem__operational_demand_forecasts') -%}
{%- set predispatch = ref('stg_nem__predispatch_regions') -%}
{%- set p5min = ref('stg_nem__p5min_regions') -%}
{%- set p5min_issued = "run_at - interval '5 minutes'" -%}
{%- set nem = [
    (operational, 'OPERATIONAL_POE10', 'operational_demand_poe10_mw', 'forecast_at', 'true'),
    (operational, 'OPERATIONAL_POE50', 'operational_demand_poe50_mw', 'forecast_at', 'true'),
    (operational, 'OPERATIONAL_POE90', 'operational_demand_poe90_mw', 'forecast_at', 'true'),
    (predispatch, 'PREDISPATCH', 'total_demand_mw', nem_predispatch_issued('run_id'),
     'intervention = 0'),
    (p5min, 'P5MIN', 'total_demand_mw', p5min_issued, 'true')
] -%}
with {% for product in ercot -%}
{{ product.name }}_locations as (
    select unnest({{ product.locations.keys() | list }}) as location
),

-- One column per zone is one row per zone. The system's total comes from the weather zones alone:
-- the same key out of two products would look like revisions.
{{ product.name }} as (
    select
        forecasts.iso,
        cast(null as text) as market,
        locations.location,
        case locations.location when 'ERCOT' then 'SYSTEM' else '{{ product.location_type }}' end
            as location_type,
        forecasts.interval_start,
        forecasts.interval_end,
        60 as interval_minutes,
        forecasts.market_date,
        {{ product.model }} as model,
        case locations.location
            {%- for location, column in product.locations.items() %}
            when '{{ location }}' then forecasts.{{ column }}
            {%- endfor %}
        end as load_mw,
        {{ product.is_in_use or 'cast(null as boolean)' }} as is_in_use,
        forecasts._published_at,
        forecasts._fetched_at,
        forecasts._loaded_at,
        forecasts._file_id,
        forecasts._row_number
    from {{ product.relation }} as forecasts
    cross join {{ product.name }}_locations as locations
),

{% endfor -%}
caiso as (
    select
        iso,
        cast(null as text) as market,
        location,
        case location when 'CA ISO-TAC' then 'SYSTEM' else 'TAC_AREA' end as location_type,
        interval_start,
        interval_end,
        cast(interval_minutes as integer) as interval_minutes,
        market_date,
        execution_type as model,
        load_mw,
        cast(null as boolean) as is_in_use,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_caiso__demand_forecasts') }}
    where execution_type <> 'ACTUAL'
),

{% for relation, model, load_mw, issued_at, condition in nem -%}
nem_{{ model | lower }} as (
    select
        iso,
        cast(null as text) as market,
        location,
        'REGION' as location_type,
        interval_start,
        interval_end,
        {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
        market_date,
        {{ issued_at }} as issued_at,
        '{{ model }}' as model,
        {{ load_mw }} as load_mw,
        cast(null as boolean) as is_in_use,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ relation }}
    where {{ load_mw }} is not null and {{ condition }}
),

{% endfor -%}
unioned as (
    {% for product in ercot -%}
    select * from {{ product.name }}
    where load_mw is not null
    union all by name
    {% endfor -%}
    select * from caiso
    {% for product in nem -%}
    union all by name
    select * from nem_{{ product[1] | lower }}
    {% endfor -%}
)

select * replace (coalesce(issued_at, _published_at, _fetched_at) as issued_at)
from unioned
where {{ has_instant('interval_start') }}
