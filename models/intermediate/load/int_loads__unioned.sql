{#- ERCOT has a column per zone. A zone bears one code, whatever a product calls its column. -#}
{%- set ercot = [
    {
        'name': 'ercot_weather_zones',
        'relation': ref('stg_ercot__actual_load_by_weather_zone'),
        'load_kind': 'ACTUAL',
        'location_type': 'WEATHER_ZONE',
        'locations': {
            'COAST': 'coast_mw',
            'EAST': 'east_mw',
            'FAR_WEST': 'far_west_mw',
            'NORTH': 'north_mw',
            'NORTH_C': 'north_c_mw',
            'SOUTHERN': 'southern_mw',
            'SOUTH_C': 'south_c_mw',
            'WEST': 'west_mw',
            'ERCOT': 'total_mw'
        }
    },
    {
        'name': 'ercot_forecast_zones',
        'relation': ref('stg_ercot__actual_load_by_forecast_zone'),
        'load_kind': 'ACTUAL',
        'location_type': 'FORECAST_ZONE',
        'locations': {
            'NORTH': 'north_mw', 'SOUTH': 'south_mw', 'WEST': 'west_mw', 'HOUSTON': 'houston_mw'
        }
    },
    {
        'name': 'ercot_native',
        'relation': ref('stg_ercot__native_load_by_weather_zone'),
        'load_kind': 'NATIVE',
        'location_type': 'WEATHER_ZONE',
        'locations': {
            'COAST': 'coast_mw',
            'EAST': 'east_mw',
            'FAR_WEST': 'fwest_mw',
            'NORTH': 'north_mw',
            'NORTH_C': 'ncent_mw',
            'SOUTHERN': 'south_mw',
            'SOUTH_C': 'scent_mw',
            'WEST': 'west_mw',
            'ERCOT': 'ercot_mw'
        }
    }
] -%}
with {% for product in ercot -%}
{{ product.name }}_locations as (
    select unnest({{ product.locations.keys() | list }}) as location
),

-- One column per zone is one row per zone. The system's total comes from the weather zones alone:
-- the same key out of two products would look like revisions.
{{ product.name }} as (
    select
        loads.iso,
        cast(null as text) as market,
        locations.location,
        case locations.location when 'ERCOT' then 'SYSTEM' else '{{ product.location_type }}' end
            as location_type,
        loads.interval_start,
        loads.interval_end,
        loads.market_date,
        '{{ product.load_kind }}' as load_kind,
        case locations.location
            {%- for location, column in product.locations.items() %}
            when '{{ location }}' then loads.{{ column }}
            {%- endfor %}
        end as load_mw,
        loads._published_at,
        loads._fetched_at,
        loads._loaded_at,
        loads._file_id,
        loads._row_number
    from {{ product.relation }} as loads
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
        market_date,
        'ACTUAL' as load_kind,
        load_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_caiso__demand_forecasts') }}
    where execution_type = 'ACTUAL'
),

nem_kinds as (
    select unnest(['TOTAL', 'TOTAL_AND_NONSCHEDULED']) as load_kind
),

nem_region_sums as (
    {{ physical_run(ref('stg_nem__dispatch_region_sums')) }}
),

-- Half-hourly means of trading, until 5-minute settlement. They knew one run: what happened.
nem_sums as (
    select
        iso,
        'RT5M' as market,
        location,
        interval_start,
        interval_end,
        market_date,
        total_demand_mw,
        demand_and_nonsched_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from nem_region_sums
    union all by name
    select
        iso,
        market,
        location,
        interval_start,
        interval_end,
        market_date,
        total_demand_mw,
        demand_and_nonsched_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__trading_region_sums') }}
),

nem as (
    select
        sums.iso,
        sums.market,
        sums.location,
        'REGION' as location_type,
        sums.interval_start,
        sums.interval_end,
        sums.market_date,
        nem_kinds.load_kind,
        case nem_kinds.load_kind
            when 'TOTAL' then sums.total_demand_mw
            else sums.demand_and_nonsched_mw
        end as load_mw,
        sums._published_at,
        sums._fetched_at,
        sums._loaded_at,
        sums._file_id,
        sums._row_number
    from nem_sums as sums
    cross join nem_kinds
),

-- What scheduled, semi-scheduled and large non-scheduled units and net import meet, as measured.
-- The half-hourly product is one of its own, not the mean of the other.
nem_operational as (
    select
        iso,
        cast(null as text) as market,
        location,
        'REGION' as location_type,
        interval_start,
        interval_end,
        market_date,
        case interval_minutes
            when 30 then 'OPERATIONAL_HALF_HOUR'
            else 'OPERATIONAL'
        end as load_kind,
        operational_demand_mw as load_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__operational_demands') }}
),

-- Before the monthly archive, which begins in July 2009: means of half hours.
nem_before_archive as (
    select
        iso,
        market,
        location,
        'REGION' as location_type,
        interval_start,
        interval_end,
        market_date,
        'TOTAL' as load_kind,
        total_demand_mw as load_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__price_and_demands') }}
    where
        market_date < date '2009-07-01'
        and period_type = 'TRADE'
),

wem as (
    select
        iso,
        cast(null as text) as market,
        location,
        'REGION' as location_type,
        interval_start,
        interval_end,
        market_date,
        'OPERATIONAL' as load_kind,
        operational_demand_mw as load_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_wem__operational_demands') }}
),

unioned as (
    {% for product in ercot -%}
    select * from {{ product.name }}
    where load_mw is not null
    union all by name
    {% endfor -%}
    select * from caiso
    union all by name
    select * from nem
    where load_mw is not null
    union all by name
    select * from nem_operational
    where load_mw is not null
    union all by name
    select * from nem_before_archive
    where load_mw is not null
    union all by name
    select * from wem
    where load_mw is not null
)

select
    iso,
    market,
    location,
    location_type,
    interval_start,
    interval_end,
    {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
    market_date,
    load_kind,
    load_mw,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from unioned
where {{ has_instant('interval_start') }}
