{{ config(alias='local_prices') }}
{%- set zone = 'Australia/Brisbane' %}

select
    resource as duid,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    trading_date,
    local_price_adjustment,
    locally_constrained,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_local_price_intervals') }}
where iso = 'NEM'
