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
        min(published_at) as published_at,
        arg_min(price, row(published_at is null, revision)) as price
    from {{ ref('fct_price_intervals_revisions') }}
    where iso = 'ERCOT' and market in ('DAM', 'RT15M') and not is_latest
    group by all
),

-- What the first correction on file replaced, and the last one brought.
corrections as (
    select
        market,
        location,
        location_type,
        interval_start,
        market_date,
        min(corrected_at) as first_corrected_at,
        arg_min(original_price, corrected_at) as original_price,
        max(corrected_at) as corrected_at,
        arg_max(price, corrected_at) as price
    from {{ ref('fct_price_corrections') }}
    where iso = 'ERCOT' and market in ('DAM', 'RT15M')
    group by all
),

-- One small table to join. A price that was published before the first correction is the original;
-- without one, what that correction states.
replaced as (
    select
        market,
        location,
        location_type,
        interval_start,
        market_date,
        coalesce(originals.published_at < corrections.first_corrected_at, false)
        or corrections.original_price is null as is_original_published,
        if(is_original_published, originals.price, corrections.original_price) as original_price,
        corrections.price as corrected_price,
        corrections.corrected_at
    from originals
    full outer join corrections
        using (market, location, location_type, interval_start, market_date)
),

compared as (
    select
        latest.*,
        replaced.is_original_published,
        nullif(replaced.original_price, latest.price) as original_price,
        -- A first price on file, the correction or a file that repeats it, replaced one as well.
        coalesce(
            case when latest.revision > 1 then latest.published_at end,
            case when latest.price = replaced.corrected_price then replaced.corrected_at end
        ) as corrected_at
    from latest
    left join replaced
        on
            latest.market = replaced.market
            and latest.location = replaced.location
            and latest.location_type = replaced.location_type
            and latest.interval_start = replaced.interval_start
            and latest.market_date = replaced.market_date
)

select
    market,
    location as settlement_point,
    location_type as settlement_point_type,
    market_date as delivery_date,
    cast(hour(timezone('{{ zone }}', interval_start)) + 1 as integer) as hour_ending,
    cast(
        case market
            when 'RT15M' then minute(timezone('{{ zone }}', interval_start)) // 15 + 1
        end as integer
    ) as delivery_interval,
    case when {{ is_repeated_hour('interval_start', zone) }} then 'Y' else 'N' end
        as repeated_hour_flag,
    {{ local_text('interval_start', zone) }} as local_interval_start,
    interval_start,
    interval_end,
    price as settlement_point_price,
    original_price,
    case
        when original_price is null then null
        when is_original_published then 'PUBLISHED'
        else 'CORRECTION'
    end as original_price_source,
    corrected_at,
    revision,
    currency,
    published_at,
    file_id,
    _built_at
from compared
