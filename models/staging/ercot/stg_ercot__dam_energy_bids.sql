{%- set rows = '(' ~ landed(source('ercot_np3_966_er', 'np3_966_er__energy_bids')) ~ ')' -%}
with resolved as (
    {{ hours_without_flag(rows, 'hour_ending', []) }}
),

final as (
    select
        'ERCOT' as iso,
        'DAM' as market,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        trim(settlement_point) as settlement_point,
        trim(qse) as qse,
        {{ curve_points('bid_mw{n}', 'bid_price{n}', 10) }} as bid_curve,
        trim(bid_id) as bid_id,
        trim(multi_hour_block_flag) as multi_hour_block_flag,
        trim(block_curve_indicator) as block_curve_indicator,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
