{{ config(alias='settlement_point_prices') }}
{%- set zone = 'America/Chicago' %}

select
    market,
    location as settlement_point,
    location_type as settlement_point_type,
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
    price as settlement_point_price,
    currency,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_price_intervals') }}
where iso = 'ERCOT' and market in ('DAM', 'RT15M')
