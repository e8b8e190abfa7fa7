select
    iso,
    feed,
    file_id,
    staging_model,
    row_number,
    market_date,
    case
        when market_date is null then 'the row has no day'
        else 'no such time on that day: an hour that daylight saving skips, or no hour at all'
    end as reason
from {{ ref('int_rows__unresolved') }}
