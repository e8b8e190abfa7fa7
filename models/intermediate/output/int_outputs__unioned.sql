with nem as (
    select
        iso,
        resource,
        interval_start,
        interval_end,
        market_date,
        output_mw,
        'START' as measured,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__dispatch_unit_scada') }}
),

-- The build looks for new rows in the staging models that are named here.
-- depends_on: {{ ref('stg_wem__facility_scada') }}, {{ ref('stg_wem__facility_scada_half_hours') }}
wem as (
    select
        iso,
        resource,
        interval_start,
        interval_end,
        market_date,
        output_mw,
        energy_mwh,
        measured,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('int_wem__facility_energies') }}
    where source = 'SCADA'
),

unioned as (
    select * from nem
    union all by name
    select * from wem
)

select
    iso,
    cast(null as text) as market,
    cast(null as text) as location,
    cast(null as text) as location_type,
    interval_start,
    interval_end,
    {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
    market_date,
    resource,
    output_mw,
    energy_mwh,
    cast(null as double) as base_point_mw,
    cast(null as double) as soc_mwh,
    cast(null as text) as status,
    measured,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from unioned
where {{ has_instant('interval_start') }}
