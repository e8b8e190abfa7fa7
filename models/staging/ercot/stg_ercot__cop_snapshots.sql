with source as (
    {{ landed(source('ercot_np1_301', 'np1_301')) }}
),

numbered as (
    select
        *,
        try_cast(replace(trim(hour_ending), ':00', '') as double) as hour_number,
        max(try_cast(replace(trim(hour_ending), ':00', '') as double)) over (
            partition by _file_id, delivery_date
        ) as last_hour
    from source
),

resolved as (
    select
        *,
        {{ market_day_hour_start(
            'delivery_date', 'hour_number', 'last_hour', 'America/Chicago'
        ) }} as interval_start
    from numbered
),

final as (
    select
        'ERCOT' as iso,
        trim(qse_name) as qse,
        trim(resource_name) as resource,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        trim(status) as status,
        high_sustained_limit_mw,
        low_sustained_limit_mw,
        high_emergency_limit_mw,
        low_emergency_limit_mw,
        reg_up_mw,
        reg_down_mw,
        rrs_mw,
        rrspfr_mw,
        rrsffr_mw,
        rrsufr_mw,
        nspin_mw,
        ecrs_mw,
        minimum_soc_mwh,
        maximum_soc_mwh,
        planned_soc_mwh,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
