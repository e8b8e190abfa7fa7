with source as (
    {{ landed(source('ercot_np3_965_er', 'np3_965_er__gen_resources')) }}
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
        trim(resource_type) as resource_type,
        {{ curve_points('sced1_mw{n}', 'sced1_price{n}', 35) }} as sced1_curve,
        {{ curve_points('sced2_mw{n}', 'sced2_price{n}', 35) }} as sced2_curve,
        output_schedule,
        hsl,
        hasl,
        hdl,
        lsl,
        lasl,
        ldl,
        trim(telemetered_resource_status) as resource_status,
        base_point,
        telemetered_net_output,
        as_regup,
        as_regdn,
        as_rrs,
        as_rrsffr,
        as_nsrs,
        as_ecrs,
        ramp_rate_up,
        ramp_rate_down,
        as_capability_regup,
        as_capability_regdn,
        as_capability_ecrs,
        as_capability_nspin,
        as_capability_rrspfr,
        as_capability_rrsffr,
        as_capability_rrsufr,
        as_award_regup,
        as_award_regdn,
        as_award_rrspfr,
        as_award_rrsffr,
        as_award_rrsufr,
        as_award_ecrs,
        as_award_nspin,
        trim(bid_type) as bid_type,
        start_up_cold_offer,
        start_up_hot_offer,
        start_up_inter_offer,
        min_gen_cost,
        {{ curve_points('tpo_mw{n}', 'tpo_price{n}', 10) }} as submitted_curve,
        trim(proxy_extension) as proxy_extension,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
