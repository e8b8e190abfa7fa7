{{ config(alias='region_summary') }}
{%- set zone = 'Australia/Perth' %}

select
    {{ local_text('interval_start', zone) }} as dispatch_interval,
    interval_start,
    interval_end,
    market_date,
    trading_date,
    dispatch_price,
    settlement_price,
    demand_mw as demand,
    demand_operational_mw as operational_demand,
    demand_gross_mw as underlying_demand,
    rooftop_mw as rooftop_pv,
    generation_mw as generation,
    generation_emissions_t as co2e_emissions,
    renewable_proportion,
    published_at,
    _built_at
from {{ ref('fct_region_intervals') }}
where iso = 'WEM'
