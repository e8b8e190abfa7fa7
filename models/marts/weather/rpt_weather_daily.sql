with observed as (
    select
        iso,
        location,
        station_id,
        station_name,
        market_date,
        count(distinct date_trunc('hour', observed_at)) as hour_count,
        min(temperature_c) as min_temperature_c,
        -- decimals: two builds of the same rows must agree to the last digit
        cast(avg(cast(temperature_c as decimal(18, 6))) as double) as mean_temperature_c,
        max(temperature_c) as max_temperature_c
    from {{ ref('fct_weather_intervals') }}
    where temperature_c is not null
    group by all
),

official as (
    select * from {{ ref('int_weather__daily_maxima') }}
    -- of what was published again the last publication holds
    qualify row_number() over (
        partition by
            station_id,
            market_date
        order by
            _published_at desc nulls last,
            _fetched_at desc,
            _loaded_at desc,
            _file_id desc,
            _row_number desc
    ) = 1
),

stations as (
    select * from {{ ref('weather_stations') }}
)

select
    coalesce(observed.iso, official.iso) as iso,
    coalesce(observed.location, official.location) as location,
    station_id,
    stations.bureau_number,
    coalesce(observed.station_name, official.station_name) as station_name,
    market_date,
    cast(coalesce(observed.hour_count, 0) as integer) as hour_count,
    coalesce(observed.hour_count, 0) / 24 as completeness,
    observed.min_temperature_c,
    observed.mean_temperature_c,
    observed.max_temperature_c,
    official.max_temperature_c as official_max_temperature_c,
    official.is_quality_controlled,
    official._file_id as official_file_id,
    {{ built_at() }} as _built_at
from observed
full outer join official using (station_id, market_date)
left join stations using (station_id)
