{{ config(alias='region_summary') }}
{%- set zone = 'Australia/Brisbane' %}

select
    location as regionid,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    trading_date,
    dispatch_price as rrp,
    price_original as rop,
    price_flag as apcflag,
    settlement_price as trading_rrp,
    demand_mw as totaldemand,
    demand_total_mw as demand_and_nonschedgen,
    demand_operational_mw as operational_demand,
    demand_gross_mw as underlying_demand,
    rooftop_mw as rooftop_pv,
    curtailment_solar_mw as ss_solar_curtailment,
    curtailment_wind_mw as ss_wind_curtailment,
    storage_mwh as bdu_energy_storage,
    imports_mw as imports,
    exports_mw as exports,
    generation_mw as generation,
    generation_emissions_t as co2e_emissions,
    renewable_proportion,
    published_at,
    _built_at
from {{ ref('fct_region_intervals') }}
where iso = 'NEM'
