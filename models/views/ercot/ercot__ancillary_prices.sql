{{ config(alias='ancillary_prices') }}
{%- set zone = 'America/Chicago' %}

select
    market,
    operator_product as ancillary_type,
    market_date as delivery_date,
    cast(hour(timezone('{{ zone }}', interval_start)) + 1 as integer) as hour_ending,
    cast(
        case market when 'RT15M' then minute(timezone('{{ zone }}', interval_start)) // 15 + 1 end
        as integer
    ) as delivery_interval,
    case when {{ is_repeated_hour('interval_start', zone) }} then 'Y' else 'N' end
        as repeated_hour_flag,
    {{ local_text('interval_start', zone) }} as local_interval_start,
    interval_start,
    interval_end,
    price as mcpc,
    currency,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_ancillary_price_intervals') }}
where iso = 'ERCOT' and market in ('DAM', 'RT15M')
