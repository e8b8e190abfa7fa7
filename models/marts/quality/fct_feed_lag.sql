with feeds as (
    select
        *,
        {{ duration_minutes('cadence') }} as cadence_minutes
    from {{ ref('dim_feed') }}
),

lags as (
    select * from {{ ref('feed_lags') }}
),

measured as (
    select
        feeds.feed,
        feeds.iso,
        feeds.cadence_minutes,
        feeds.is_listed,
        feeds.is_on_request,
        feeds.last_run_date,
        feeds.last_interval_start,
        feeds.last_published_at,
        feeds.last_loaded_at,
        {{ minutes_between('feeds.last_interval_start', built_at()) }} as lag_minutes,
        case
            -- one file may be missed, and the next be slow, before a feed counts as late
            when feeds.is_listed and not feeds.is_on_request and feeds.last_run_date is null
                then coalesce(lags.publication_minutes, 0) + 2 * feeds.cadence_minutes + 5
        end as expected_lag_minutes
    from feeds
    left join lags on feeds.feed = lags.feed
)

select
    feed,
    iso,
    cadence_minutes,
    is_listed,
    last_interval_start,
    last_published_at,
    last_loaded_at,
    cast(lag_minutes as integer) as lag_minutes,
    cast(expected_lag_minutes as integer) as expected_lag_minutes,
    lag_minutes > expected_lag_minutes as is_late,
    {{ built_at() }} as _built_at
from measured
