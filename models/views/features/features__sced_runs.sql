{{ config(alias='sced_runs') }}

select
    run_at,
    market_date,
    energy_price,
    adder_price,
    currency,
    published_at,
    _built_at
from {{ ref('fct_dispatch_run_prices') }}
where iso = 'ERCOT' and market = 'RT5M'
