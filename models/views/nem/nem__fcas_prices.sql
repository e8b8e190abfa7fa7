{{ config(alias='fcas_prices') }}
{%- set zone = 'Australia/Brisbane' %}

select
    location as regionid,
    operator_product as bidtype,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    price as rrp,
    quantity_mw as localdispatch,
    product,
    currency,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_ancillary_price_intervals') }}
where iso = 'NEM'
