-- Of a maximum after a gap nobody knows to which of its days it belongs.
select
    maxima.iso,
    stations.region as location,
    stations.station_id,
    stations.bureau_number,
    stations.name as station_name,
    maxima.market_date,
    maxima.max_temperature_c,
    maxima.is_quality_controlled,
    maxima._published_at,
    maxima._fetched_at,
    maxima._loaded_at,
    maxima._file_id,
    maxima._row_number
from {{ ref('stg_bom__daily_maxima') }} as maxima
inner join {{ ref('weather_stations') }} as stations
    on maxima.bureau_number = stations.bureau_number
where maxima.accumulation_days = 1
