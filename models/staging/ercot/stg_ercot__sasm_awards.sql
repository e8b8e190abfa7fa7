with source as (
    {{ landed(source('ercot_np3_990_ex', 'np3_990_ex__awards')) }}
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
        upper(resource_kind) as resource_kind,
        trim(resource_name) as resource,
        trim(resource_type) as resource_type,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        {{ local_to_utc('sasm_id', 'America/Chicago', 'null') }} as sasm_at,
        reg_up_awarded_mw,
        reg_up_price,
        reg_down_awarded_mw,
        reg_down_price,
        rrs_awarded_mw,
        rrspfr_awarded_mw,
        rrsffr_awarded_mw,
        rrsufr_awarded_mw,
        rrs_price,
        ecrss_awarded_mw,
        ecrsm_awarded_mw,
        offec_awarded_mw,
        ecrs_price,
        nspin_awarded_mw,
        nspin_price,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
