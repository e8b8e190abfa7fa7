with source as (
    {{ landed(source('nem_bids', 'biddayoffer')) }}
),

final as (
    select
        'NEM' as iso,
        trim(duid) as resource,
        trim(bidtype) as bid_type,
        cast(settlementdate as date) as trading_date,
        {{ nem_interval_end('offerdate') }} as offered_at,
        trim(direction) as direction,
        versionno as version_no,
        trim(participantid) as participant_id,
        dailyenergyconstraint as daily_energy_constraint_mwh,
        trim(rebidexplanation) as rebid_explanation,
        priceband1 as price_band_1,
        priceband2 as price_band_2,
        priceband3 as price_band_3,
        priceband4 as price_band_4,
        priceband5 as price_band_5,
        priceband6 as price_band_6,
        priceband7 as price_band_7,
        priceband8 as price_band_8,
        priceband9 as price_band_9,
        priceband10 as price_band_10,
        minimumload as minimum_load_mw,
        t1 as t1_minutes,
        t2 as t2_minutes,
        t3 as t3_minutes,
        t4 as t4_minutes,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        mr_factor,
        trim(entrytype) as entry_type,
        trim(rebid_event_time) as rebid_event_time,
        trim(rebid_aware_time) as rebid_aware_time,
        trim(rebid_decision_time) as rebid_decision_time,
        trim(rebid_category) as rebid_category,
        trim(reference_id) as reference_id,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
