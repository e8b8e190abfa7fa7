with interconnectors as (
    select * from {{ ref('interconnectors') }}
),

nem_dispatch as (
    {{ physical_run(ref('stg_nem__dispatch_interconnectors')) }}
),

nem_rt5m as (
    select
        iso,
        market,
        interface,
        interval_start,
        interval_end,
        5 as interval_minutes,
        market_date,
        metered_flow_mw as flow_mw,
        flow_mw as scheduled_mw,
        export_limit_mw as limit_forward_mw,
        import_limit_mw as limit_reverse_mw,
        losses_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from nem_dispatch
),

nem_trading as (
    select
        iso,
        market,
        interface,
        interval_start,
        interval_end,
        interval_minutes,
        market_date,
        metered_flow_mw as flow_mw,
        flow_mw as scheduled_mw,
        losses_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__trading_interconnectors') }}
),

unioned as (
    select * from nem_rt5m
    union all by name
    select * from nem_trading
)

select
    unioned.iso,
    unioned.market,
    unioned.interface as location,
    'INTERFACE' as location_type,
    unioned.interval_start,
    unioned.interval_end,
    cast(unioned.interval_minutes as integer) as interval_minutes,
    unioned.market_date,
    unioned.interface,
    interconnectors.from_location,
    interconnectors.to_location,
    unioned.flow_mw,
    unioned.scheduled_mw,
    unioned.limit_forward_mw,
    unioned.limit_reverse_mw,
    unioned.losses_mw,
    unioned._published_at,
    unioned._fetched_at,
    unioned._loaded_at,
    unioned._file_id,
    unioned._row_number
from unioned
left join interconnectors
    on
        unioned.iso = interconnectors.iso
        and unioned.interface = interconnectors.interface
where {{ has_instant('unioned.interval_start') }}
