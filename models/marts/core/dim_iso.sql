select
    iso,
    operator,
    name,
    time_zone,
    currency,
    market_clock
from {{ ref('isos') }}
