with source as (
    {{ landed(source('nem_bids', 'bidperoffer')) }}
),

final as (
    select
        'NEM' as iso,
        trim(duid) as resource,
        trim(bidtype) as bid_type,
        cast(settlementdate as date) as trading_date,
        {{ nem_interval_end('offerdate') }} as offered_at,
        periodid as period_id,
        versionno as version_no,
        maxavail as max_availability_mw,
        fixedload as fixed_load_mw,
        rocup as ramp_up_mw_per_minute,
        rocdown as ramp_down_mw_per_minute,
        enablementmin as enablement_min_mw,
        enablementmax as enablement_max_mw,
        lowbreakpoint as low_breakpoint_mw,
        highbreakpoint as high_breakpoint_mw,
        bandavail1 as band_1_mw,
        bandavail2 as band_2_mw,
        bandavail3 as band_3_mw,
        bandavail4 as band_4_mw,
        bandavail5 as band_5_mw,
        bandavail6 as band_6_mw,
        bandavail7 as band_7_mw,
        bandavail8 as band_8_mw,
        bandavail9 as band_9_mw,
        bandavail10 as band_10_mw,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        pasaavailability as pasa_availability_mw,
        mr_capacity as mr_capacity_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
