{{ config(materialized='view') }}

select
    iso,
    location,
    station_id,
    station_name,
    observed_at,
    market_date,
    temperature_c,
    apparent_temperature_c,
    dew_point_c,
    humidity_pct,
    pressure_hpa,
    wind_direction,
    wind_speed_kmh,
    wind_gust_kmh,
    rain_since_9am_mm,
    cloud_oktas,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_weather_intervals_revisions') }}
where is_latest
