{% for market in ['dam', 'rt'] -%}
select
    iso,
    market,
    location,
    location_type,
    interval_start,
    interval_end,
    market_date,
    price,
    original_price,
    currency,
    corrected_at,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ ref('stg_ercot__' ~ market ~ '_settlement_point_price_corrections') }}
where {{ has_instant('interval_start') }}
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
