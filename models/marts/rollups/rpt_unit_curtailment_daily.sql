{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with intervals as (
    select * from {{ rebuilt_rows(ref('fct_unit_curtailment_intervals')) }}
),

-- A unit has no row while it has neither wind nor sun, so the network tells how full the day is.
networks as (
    select
        iso,
        market_date,
        count(distinct interval_start) as network_interval_count,
        1440 // min(interval_minutes) as expected_interval_count
    from intervals
    group by
        iso,
        market_date
),

daily as (
    select
        iso,
        resource,
        market_date,
        count(*) as interval_count,
        count(*) filter (where is_capped) as capped_interval_count,
        max(coalesce(published_at, _loaded_at)) as newest_at,
        max(curtailment_mw) as max_curtailment_mw,
        max(self_curtailment_mw) as max_self_curtailment_mw,
        {{ exact_sum('curtailment_mwh') }} as curtailment_mwh,
        {{ exact_sum('self_curtailment_mwh') }} as self_curtailment_mwh
    from intervals
    group by
        iso,
        resource,
        market_date
)

select
    daily.iso,
    daily.resource,
    daily.market_date,
    cast(daily.interval_count as integer) as interval_count,
    cast(daily.capped_interval_count as integer) as capped_interval_count,
    cast(networks.network_interval_count as integer) as network_interval_count,
    cast(networks.expected_interval_count as integer) as expected_interval_count,
    least(networks.network_interval_count / networks.expected_interval_count, 1) as completeness,
    {{ day_version('networks.network_interval_count', 'daily.newest_at') }} as day_version,
    daily.max_curtailment_mw,
    daily.max_self_curtailment_mw,
    daily.curtailment_mwh,
    daily.self_curtailment_mwh,
    daily.newest_at as newest_published_at,
    {{ built_at() }} as _built_at
from daily
inner join networks
    on
        daily.iso = networks.iso
        and daily.market_date = networks.market_date
