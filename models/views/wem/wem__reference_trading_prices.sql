{{ config(alias='reference_trading_prices') }}
{%- set zone = 'Australia/Perth' %}

select
    {{ local_text('interval_start', zone) }} as trading_interval,
    interval_start,
    interval_end,
    market_date,
    price as reference_trading_price,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_price_intervals') }}
where
    iso = 'WEM'
    and market = 'TRADING'
    and interval_start >= {{ wem_reform() }}
