{{ config(alias='lmp_target') }}
{%- set services = ['regup', 'regdn', 'rrs', 'ecrs', 'nspin'] %}

with capacity as (
    select
        {% for service in services -%}
        max(price) filter (where operator_product = '{{ service | upper }}')
            as {{ service }}_price,
        {% endfor -%}
        market_date,
        interval_start as run_at,
        max(_built_at) as _built_at
    from {{ ref('fct_ancillary_price_intervals') }}
    where iso = 'ERCOT' and market = 'RT5M'
    group by
        market_date,
        interval_start
)

-- Joined to the runs, so without the rows that hold the last run of a day past midnight.
select
    prices.location,
    prices.location_type,
    runs.run_at,
    prices.interval_end as run_ends_at,
    prices.market_date,
    prices.price,
    runs.energy_price,
    prices.price - runs.energy_price as congestion_price,
    runs.scarcity_adder_price,
    runs.reliability_adder_price,
    runs.adder_price,
    {% for service in services -%}
    capacity.{{ service }}_price,
    {% endfor -%}
    prices.currency,
    prices.published_at,
    prices.file_id,
    -- of the newest of its parts: they land apart
    greatest(prices._built_at, runs._built_at, capacity._built_at) as _built_at
from {{ ref('fct_price_intervals') }} as prices
inner join {{ ref('fct_dispatch_run_prices') }} as runs
    on
        prices.iso = runs.iso
        and prices.market = runs.market
        and prices.market_date = runs.market_date
        and prices.interval_start = runs.run_at
left join capacity
    on
        runs.market_date = capacity.market_date
        and runs.run_at = capacity.run_at
where prices.iso = 'ERCOT' and prices.market = 'RT5M'
