{{ config(alias='lmp') }}
{%- set zone = 'America/Los_Angeles' %}

select
    market,
    location as node,
    location_type as node_type,
    market_date as opr_dt,
    cast({{ opr_hour('interval_start') }} as integer) as opr_hr,
    cast(
        case market
            when 'RT5M' then minute(timezone('{{ zone }}', interval_start)) // 5 + 1
            else 0
        end as integer
    ) as opr_interval,
    {{ local_text('interval_start', zone) }} as local_interval_start,
    interval_start,
    interval_end,
    price as lmp,
    energy_price as mce,
    congestion_price as mcc,
    loss_price as mcl,
    ghg_price as mghg,
    currency,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_price_intervals') }}
where iso = 'CAISO'
