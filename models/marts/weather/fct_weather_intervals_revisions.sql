{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    {{ revisions(
        touched_rows(ref('int_weather__observations')),
        key=['station_id', 'observed_at'],
        values=[
            'temperature_c',
            'apparent_temperature_c',
            'dew_point_c',
            'humidity_pct',
            'pressure_hpa',
            'wind_direction',
            'wind_speed_kmh',
            'wind_gust_kmh',
            'rain_since_9am_mm',
            'cloud_oktas'
        ]
    ) }}
)

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
    _published_at as published_at,
    revision,
    _file_id as file_id,
    is_latest,
    _fetched_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
