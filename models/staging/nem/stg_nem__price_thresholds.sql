with source as (
    {{ landed(source('nem_market_config', 'market_price_thresholds')) }}
),

final as (
    select
        'NEM' as iso,
        cast(effectivedate as date) as effective_date,
        versionno as version_no,
        voll as price_cap,
        marketpricefloor as price_floor,
        administered_price_threshold as cumulative_price_threshold,
        {{ nem_interval_end('authoriseddate') }} as authorised_at,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
