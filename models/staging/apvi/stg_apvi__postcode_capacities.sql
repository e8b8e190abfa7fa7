with source as (
    {{ landed(source('apvi_rooftop', 'postcode_capacity')) }}
),

final as (
    select
        {{ apvi_market('postcode') }} as iso,
        trim(postcode) as postcode_prefix,
        capacity_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
