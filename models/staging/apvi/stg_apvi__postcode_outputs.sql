with source as (
    {{ landed(source('apvi_rooftop', 'postcode_output')) }}
),

clocked as (
    select
        *,
        {{ published_instant('trim(ts)') }} as starts_at
    from source
),

final as (
    select
        {{ apvi_market('postcode') }} as iso,
        trim(postcode) as postcode_prefix,
        starts_at as interval_start,
        {{ add_minutes('starts_at', 15) }} as interval_end,
        {{ wem_market_date('starts_at') }} as market_date,
        mw as output_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
