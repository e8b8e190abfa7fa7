with source as (
    {{ landed(source('ercot_np3_965_er', 'np3_965_er__load_resources')) }}
),

resolved as (
    select
        *,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at
    from source
),

final as (
    select
        'ERCOT' as iso,
        run_at,
        sced_timestamp as run_local_at,
        repeated_hour_flag,
        cast(sced_timestamp as date) as market_date,
        trim(qse) as qse,
        trim(dme) as dme,
        trim(resource_name) as resource,
        trim(telemetered_resource_status) as resource_status,
        max_power_consumption,
        low_power_consumption,
        real_power_consumption,
        as_responsibility_rrs,
        as_responsibility_rrsffr,
        as_responsibility_nonspin,
        as_responsibility_regup,
        as_responsibility_regdown,
        as_responsibility_ecrs,
        as_award_regup,
        as_award_regdn,
        as_award_rrspfr,
        as_award_rrsffr,
        as_award_rrsufr,
        as_award_ecrs,
        as_award_nspin,
        {{ curve_points('bid_mw{n}', 'bid_price{n}', 10) }} as bid_curve,
        self_provided_rrsffr,
        self_provided_rrsufr,
        self_provided_ecrs,
        ramp_rate_up,
        ramp_rate_down,
        as_capability_regup,
        as_capability_regdn,
        as_capability_ecrs,
        as_capability_nspin,
        as_capability_rrspfr,
        as_capability_rrsffr,
        as_capability_rrsufr,
        hasl,
        hdl,
        lasl,
        ldl,
        base_point,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
