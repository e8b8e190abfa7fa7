select
    observations.iso,
    stations.region as location,
    observations.station_id,
    coalesce(stations.name, observations.station_name) as station_name,
    observations.observed_at,
    observations.market_date,
    observations.temperature_c,
    observations.apparent_temperature_c,
    observations.dew_point_c,
    observations.humidity_pct,
    observations.pressure_hpa,
    observations.wind_direction,
    observations.wind_speed_kmh,
    observations.wind_gust_kmh,
    observations.rain_since_9am_mm,
    observations.cloud_oktas,
    observations._published_at,
    observations._fetched_at,
    observations._loaded_at,
    observations._file_id,
    observations._row_number
from {{ ref('stg_bom__observations') }} as observations
left join {{ ref('weather_stations') }} as stations
    on observations.station_id = stations.station_id
where observations.iso is not null
