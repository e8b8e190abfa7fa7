with source as (
    {{ landed(source('ercot_np4_181_er', 'np4_181_er')) }}
),

clocked as (
    select
        *,
        {{ hour_ending_start('delivery_date', 'hour_ending') }} as local_start
    from source
),

resolved as (
    select
        *,
        {{ local_to_utc('local_start', 'America/Chicago', 'repeated_hour_flag') }} as interval_start
    from clocked
),

-- one column per service becomes one row per service
services as (
    select
        *,
        unnest(['REGDN', 'REGUP', 'RRS', 'NSPIN', 'ECRS']) as operator_product,
        unnest([regdn, regup, rrs, nspin, ecrs]) as price
    from resolved
),

final as (
    select
        'ERCOT' as iso,
        'DAM' as market,
        operator_product,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        price,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from services
)

select * from final
