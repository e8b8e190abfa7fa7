{%- set zones = ['coast', 'east', 'far_west', 'north', 'north_c', 'southern', 'south_c', 'west'] -%}
with ercot_zones as (
    select unnest({{ zones | map('upper') | list + ['ERCOT'] }}) as location
),

-- One column per weather zone is one row per zone; the column TOTAL is the system.
ercot as (
    select
        loads.iso,
        cast(null as text) as market,
        ercot_zones.location,
        case ercot_zones.location when 'ERCOT' then 'SYSTEM' else 'WEATHER_ZONE' end
            as location_type,
        loads.interval_start,
        loads.interval_end,
        loads.market_date,
        'ACTUAL' as load_kind,
        case ercot_zones.location
            {%- for zone in zones %}
            when '{{ zone | upper }}' then loads.{{ zone }}_mw
            {%- endfor %}
            when 'ERCOT' then loads.total_mw
        end as load_mw,
        loads._published_at,
        loads._fetched_at,
        loads._loaded_at,
        loads._file_id,
        loads._row_number
    from {{ ref('stg_ercot__actual_load_by_weather_zone') }} as loads
    cross join ercot_zones
),

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

nem as (
    select
        sums.iso,
        'RT5M' as market,
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
    from nem_region_sums as sums
    cross join nem_kinds
),

unioned as (
    select * from ercot
    where load_mw is not null
    union all by name
    select * from caiso
    union all by name
    select * from nem
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
where interval_start is not null
