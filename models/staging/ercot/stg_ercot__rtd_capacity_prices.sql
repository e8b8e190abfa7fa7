with source as (
    {{ landed(source('ercot_np6_329_cd', 'np6_329_cd')) }}
),

resolved as (
    select
        *,
        {{ local_to_utc('rtd_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        {{ local_to_utc(
            'interval_ending', 'America/Chicago', 'interval_repeated_hour_flag'
        ) }} as interval_end
    from source
),

-- One column per service is one row per service. A column that is empty has no price and no row.
unpivoted as (
    unpivot resolved
    on regup, regdn, rrs, ecrs, nspin
    into name operator_product value price
),

final as (
    select
        'ERCOT' as iso,
        'RTD' as market,
        upper(operator_product) as operator_product,
        run_at,
        {{ add_minutes('interval_end', -5) }} as interval_start,
        interval_end,
        cast(interval_ending - interval 5 minutes as date) as market_date,
        price,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from unpivoted
)

select * from final
