{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{%- set days = rebuilt_days(
    [ref('int_bess__dam_awards')], landed=[ref('stg_ercot__dam_energy_bid_awards')]
) %}

with bids as (
    select * from {{ rows_of(ref('stg_ercot__dam_energy_bid_awards'), days) }}
    where {{ has_instant('interval_start') }}
),

-- a day that was published again counts once: its last publication holds
files as (
    select
        market_date,
        _file_id,
        max(row(coalesce(_published_at, _fetched_at), _loaded_at)) as published
    from bids
    group by all
),

last_files as (
    select
        market_date,
        arg_max(_file_id, published) as _file_id
    from files
    group by market_date
),

battery_points as (
    select distinct
        iso,
        market_date,
        settlement_point
    from {{ rows_of(ref('int_bess__dam_awards'), days) }}
    where side = 'GEN'
)

select
    bids.iso,
    bids.market_date,
    bids.interval_start,
    any_value(bids.interval_end) as interval_end,
    bids.settlement_point,
    'DAM_POINT_PURCHASE' as revenue_line,
    sum(cast(bids.award_mw as decimal(18, 3))) as quantity,
    any_value(bids.settlement_point_price) as price,
    cast(sum(cast(bids.award_mw as decimal(18, 3))) as double)
    * any_value(bids.settlement_point_price) as amount,
    max(bids._published_at) as published_at,
    bids._file_id as file_id,
    any_value({{ built_at() }}) as _built_at
from bids
inner join last_files
    on bids.market_date = last_files.market_date and bids._file_id = last_files._file_id
inner join battery_points
    on
        bids.iso = battery_points.iso
        and bids.market_date = battery_points.market_date
        and bids.settlement_point = battery_points.settlement_point
where bids.award_mw <> 0
group by all
