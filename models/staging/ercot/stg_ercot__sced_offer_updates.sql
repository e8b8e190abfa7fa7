{%- set rows = '(' ~ landed(source('ercot_np3_965_er', 'np3_965_er__offer_updates')) ~ ')' -%}
with resolved as (
    {{ hours_without_flag(rows, 'delivery_hour', []) }}
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        trim(resource_name) as resource,
        trim(reason) as reason,
        update_count,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
