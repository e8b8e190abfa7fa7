{{ config(alias='dispatch_solution_prices') }}
{%- set zone = 'Australia/Perth' %}

select
    {{ local_text('interval_start', zone) }} as dispatch_interval,
    interval_start,
    interval_end,
    market_date,
    price as energy,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_price_intervals') }}
where
    iso = 'WEM'
    and market = 'RT5M'
