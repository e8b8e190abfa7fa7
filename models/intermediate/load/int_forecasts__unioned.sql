with caiso as (
    select
        iso,
        cast(null as text) as market,
        location,
        case location when 'CA ISO-TAC' then 'SYSTEM' else 'TAC_AREA' end as location_type,
        interval_start,
        interval_end,
        cast(interval_minutes as integer) as interval_minutes,
        market_date,
        execution_type as model,
        load_mw,
        cast(null as boolean) as is_in_use,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_caiso__demand_forecasts') }}
    where execution_type <> 'ACTUAL'
)

select * from caiso
where interval_start is not null
