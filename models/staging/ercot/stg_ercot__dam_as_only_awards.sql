{%- set rows = '(' ~ landed(source('ercot_np3_966_er', 'np3_966_er__as_only_awards')) ~ ')' -%}
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
        trim(qse) as qse,
        trim(as_type) as as_type,
        trim(offer_id) as offer_id,
        {{ offer_blocks({
            'mw': 'quantity{n}_award'
        }, 5, 'mw') }} as blocks,
        total_award,
        mcpc,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
