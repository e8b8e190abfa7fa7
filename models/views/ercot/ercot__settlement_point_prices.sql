{{ config(alias='settlement_point_prices') }}
{%- set zone = 'America/Chicago' %}

with latest as (
    select * from {{ ref('fct_price_intervals') }}
    where iso = 'ERCOT' and market in ('DAM', 'RT15M')
),

-- The first price of those that were revised, so there are few. A file that states no publication
-- comes first among the revisions without having been there first: one that states it is preferred.
originals as (
    select
        market,
        location,
        location_type,
        interval_start,
        market_date,
        arg_min(price, row(published_at is null, revision)) as price
    from {{ ref('fct_price_intervals_revisions') }}
    where iso = 'ERCOT' and market in ('DAM', 'RT15M') and not is_latest
    group by all
)

select
    latest.market,
    latest.location as settlement_point,
    latest.location_type as settlement_point_type,
    latest.market_date as delivery_date,
    cast(hour(timezone('{{ zone }}', latest.interval_start)) + 1 as integer) as hour_ending,
    cast(
        case latest.market
            when 'RT15M' then minute(timezone('{{ zone }}', latest.interval_start)) // 15 + 1
        end as integer
    ) as delivery_interval,
    case when {{ is_repeated_hour('latest.interval_start', zone) }} then 'Y' else 'N' end
        as repeated_hour_flag,
    {{ local_text('latest.interval_start', zone) }} as local_interval_start,
    latest.interval_start,
    latest.interval_end,
    latest.price as settlement_point_price,
    nullif(originals.price, latest.price) as original_price,
    case when latest.revision > 1 then latest.published_at end as corrected_at,
    latest.revision,
    latest.currency,
    latest.published_at,
    latest.file_id,
    latest._built_at
from latest
left join originals
    on
        latest.market = originals.market
        and latest.location = originals.location
        and latest.location_type = originals.location_type
        and latest.interval_start = originals.interval_start
        and latest.market_date = originals.market_date
