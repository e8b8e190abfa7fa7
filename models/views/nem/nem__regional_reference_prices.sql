{{ config(alias='regional_reference_prices') }}
{%- set zone = 'Australia/Brisbane' %}

select
    case market when 'RT5M' then 'DISPATCH' else market end as price_type,
    location as regionid,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    price as rrp,
    currency,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_price_intervals') }}
where iso = 'NEM'
