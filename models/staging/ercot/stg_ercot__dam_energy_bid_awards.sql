{%- set rows = '(' ~ landed(source('ercot_np3_966_er', 'np3_966_er__energy_bid_awards')) ~ ')' -%}
with resolved as (
    {{ hours_without_flag(rows, 'hour_ending', ['settlement_point', 'qse', 'bid_id']) }}
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
        award_mw,
        settlement_point_price,
        trim(bid_id) as bid_id,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
