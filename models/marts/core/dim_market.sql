select
    iso,
    market,
    name,
    cast(interval_minutes as integer) as interval_minutes,
    description
from {{ ref('markets') }}
