{{ config(alias='forecast_prices') }}
{%- set zone = 'Australia/Brisbane' %}

select
    location as regionid,
    market,
    issued_at,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    price as rrp,
    raise1sec_price as raise1secrrp,
    raise6sec_price as raise6secrrp,
    raise60sec_price as raise60secrrp,
    raise5min_price as raise5minrrp,
    raisereg_price as raiseregrrp,
    lower1sec_price as lower1secrrp,
    lower6sec_price as lower6secrrp,
    lower60sec_price as lower60secrrp,
    lower5min_price as lower5minrrp,
    lowerreg_price as lowerregrrp,
    currency,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_forecast_price_intervals') }}
where iso = 'NEM'
