-- Names, zones and coordinates come with the operators' reference files.
select
    iso,
    location,
    location_type,
    cast(null as text) as name,
    cast(null as text) as zone,
    cast(null as double) as latitude,
    cast(null as double) as longitude,
    min(market_date) as valid_from,
    max(market_date) as valid_to
from {{ ref('rpt_interval_counts_daily') }}
where location_type is not null
group by
    iso,
    location,
    location_type
