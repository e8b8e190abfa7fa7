with scada_half_hours as (
    select
        *,
        energy_mwh * 2 as output_mw,
        'MEAN' as measured
    from {{ ref('stg_wem__facility_scada_half_hours') }}
    where interval_start < {{ wem_reform() }}
),

-- The new files begin some days before the reform, while the half hours went on.
scada as (
    select
        *,
        energy_mwh * 12 as output_mw,
        'MEAN' as measured
    from {{ ref('stg_wem__facility_scada') }}
    where interval_start >= {{ wem_reform() }}
),

dispatch as (
    select
        *,
        initial_mw as output_mw,
        initial_mw / 12 as energy_mwh,
        'START' as measured
    from {{ ref('stg_wem__dispatch_solution_facilities') }}
    where interval_start >= {{ wem_reform() }}
),

unioned as (
    select * exclude (participant, output_end_mw) from scada_half_hours
    union all by name
    select * from scada
    union all by name
    select * exclude (initial_mw) from dispatch
)

select
    iso,
    'WEM' as location,
    resource,
    interval_start,
    interval_end,
    cast(interval_minutes as integer) as interval_minutes,
    market_date,
    trading_date,
    source,
    measured,
    energy_mwh,
    output_mw,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from unioned
where {{ has_instant('interval_start') }}
