with source as (
    {{ landed(source('nem_operational_demand', 'operational_demand_actual')) }}
),

timed as (
    select
        *,
        {{ nem_interval_end('interval_datetime') }} as ends_at,
        case when series = '5MIN' then 5 else 30 end as minutes
    from source
),

final as (
    select
        'NEM' as iso,
        trim(regionid) as location,
        {{ add_minutes('ends_at', '-minutes') }} as interval_start,
        ends_at as interval_end,
        {{ nem_market_date('interval_datetime') }} as market_date,
        {{ nem_trading_date('interval_datetime') }} as trading_date,
        minutes as interval_minutes,
        operational_demand as operational_demand_mw,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        operational_demand_adjustment as operational_demand_adjustment_mw,
        wdr_estimate as wdr_estimate_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from timed
)

select * from final
