-- Readings at the start of five minutes, of all tables that publish them.
with scada as (
    select
        iso,
        resource,
        interval_start,
        interval_end,
        market_date,
        trading_date,
        output_mw,
        'SCADA' as source,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__dispatch_unit_scada') }}
),

-- Megawatts come from the run that happened (docs/decisions/0002_intervention_runs.md).
solved as (
    select
        iso,
        resource,
        interval_start,
        interval_end,
        market_date,
        trading_date,
        initial_mw as output_mw,
        'DISPATCHLOAD' as source,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from ({{ physical_run(ref('stg_nem__dispatch_unit_solutions')) }})
),

unioned as (
    select * from scada
    union all by name
    select * from solved
)

select * from unioned
where {{ has_instant('interval_start') }}
