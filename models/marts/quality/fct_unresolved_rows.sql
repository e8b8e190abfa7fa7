select
    iso,
    feed,
    file_id,
    staging_model,
    row_number,
    market_date,
    case
        when market_date is null then 'the row has no day'
        else 'no such hour that day, one that comes twice without its flag, or times that disagree'
    end as reason
from {{ ref('int_rows__unresolved') }}
