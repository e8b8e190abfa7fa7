{{ config(materialized='table', schema='marts') }}
{%- set columns = {
    'iso': 'text', 'published_location': 'text', 'quantity': 'text', 'interval_start': 'timestamptz',
    'power_mw': 'double'
} %}

with truth as (
    select
        iso,
        published_location as zone,
        quantity,
        interval_start,
        sum(power_mw) as power_mw
    from {{ truth_rows('zone_states', columns) }} as published
    group by all
),

hours as (
    select
        iso,
        zone,
        quantity,
        time_bucket(interval 1 hour, interval_start) as interval_start,
        -- the sun of a night is a sum that cancels to 1e-17
        round(avg(power_mw), 6) as power_mw
    from truth
    group by all
),

estimates as (
    select
        iso,
        run_id,
        is_live,
        zone,
        quantity,
        interval_start,
        cast(0 as double) as horizon_hours,
        mean_mw,
        sd_mw,
        q05_mw,
        q95_mw,
        forecast_mw,
        _built_at
    from {{ ref('marts__assimilation_states') }}
    union all by name
    select
        iso,
        run_id,
        is_live,
        zone,
        quantity,
        interval_start,
        horizon_hours,
        mean_mw,
        sd_mw,
        q05_mw,
        q95_mw,
        forecast_mw,
        _built_at
    from {{ ref('marts__assimilation_forecasts') }}
)

select
    estimates.iso,
    estimates.run_id,
    estimates.is_live,
    estimates.quantity,
    estimates.horizon_hours,
    count(*) as value_count,
    sqrt(avg(hours.power_mw ** 2)) as true_rms_mw,
    sqrt(avg((estimates.mean_mw - hours.power_mw) ** 2)) as rmse_mw,
    count(estimates.forecast_mw) as operator_value_count,
    sqrt(
        avg(if(estimates.forecast_mw is null, null, (estimates.mean_mw - hours.power_mw) ** 2))
    ) as rmse_beside_operator_mw,
    sqrt(avg((estimates.forecast_mw - hours.power_mw) ** 2)) as operator_rmse_mw,
    sqrt(avg(estimates.sd_mw ** 2))
    / nullif(
        sqrt(
            avg(if(estimates.sd_mw is null, null, (estimates.mean_mw - hours.power_mw) ** 2))
        ),
        0
    ) as spread_over_error,
    -- no night is a success of a forecast of the sun
    avg(
        if(
            estimates.q05_mw = estimates.q95_mw and estimates.q05_mw = hours.power_mw,
            null,
            cast(hours.power_mw between estimates.q05_mw and estimates.q95_mw as integer)
        )
    ) as covered_share,
    any_value(estimates._built_at) as _built_at
from estimates
inner join hours
    on
        estimates.iso = hours.iso
        and estimates.zone = hours.zone
        and estimates.quantity = hours.quantity
        and estimates.interval_start = hours.interval_start
group by
    estimates.iso,
    estimates.run_id,
    estimates.is_live,
    estimates.quantity,
    estimates.horizon_hours
