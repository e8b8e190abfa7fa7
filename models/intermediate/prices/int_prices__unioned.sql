with ercot_dam as (
    select
        iso,
        market,
        location,
        location_type,
        interval_start,
        interval_end,
        60 as interval_minutes,
        market_date,
        price,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__dam_settlement_point_prices') }}
),

ercot_rt15m as (
    select
        iso,
        market,
        location,
        location_type,
        interval_start,
        interval_end,
        15 as interval_minutes,
        market_date,
        price,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__rt_settlement_point_prices') }}
),

ercot_rt5m as (
    select
        lmps.iso,
        lmps.market,
        lmps.location,
        lmps.location_type,
        lmps.run_at as interval_start,
        sced_runs.run_ends_at as interval_end,
        {{ minutes_between('lmps.run_at', 'sced_runs.run_ends_at') }} as interval_minutes,
        lmps.market_date,
        lmps.price,
        lmps.currency,
        lmps._published_at,
        lmps._fetched_at,
        lmps._loaded_at,
        lmps._file_id,
        lmps._row_number
    from {{ ref('stg_ercot__sced_lmps') }} as lmps
    -- inline: a CTE of its own would be computed for all days, whatever days are asked for
    inner join ({{ run_intervals(ref('stg_ercot__sced_lmps')) }}) as sced_runs
        on
            lmps.market_date = sced_runs.market_date
            and lmps.run_at = sced_runs.run_at
),

caiso_components as (
    select
        iso,
        market,
        location,
        location_type,
        lmp_type,
        interval_start,
        interval_end,
        market_date,
        value_usd_per_mwh,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_caiso__dam_lmp_components') }}
    union all
    select
        iso,
        market,
        location,
        location_type,
        lmp_type,
        interval_start,
        interval_end,
        market_date,
        value_usd_per_mwh,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_caiso__rt5m_lmp_components') }}
),

-- One row per component is one row per price. The lineage columns are the same in all rows of a
-- file; they are grouped by, not aggregated, so that a filter on them reaches the landed table.
caiso as (
    select
        iso,
        market,
        location,
        location_type,
        interval_start,
        interval_end,
        {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
        market_date,
        max(value_usd_per_mwh) filter (where lmp_type = 'LMP') as price,
        max(value_usd_per_mwh) filter (where lmp_type = 'MCE') as energy_price,
        max(value_usd_per_mwh) filter (where lmp_type = 'MCC') as congestion_price,
        max(value_usd_per_mwh) filter (where lmp_type = 'MCL') as loss_price,
        max(value_usd_per_mwh) filter (where lmp_type = 'MGHG') as ghg_price,
        'USD' as currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        min(_row_number) as _row_number
    from caiso_components
    group by all
),

-- Prices come from the run without the intervention (docs/decisions/0002_intervention_runs.md).
nem_rt5m as (
    select
        iso,
        market,
        location,
        'REGION' as location_type,
        interval_start,
        interval_end,
        5 as interval_minutes,
        market_date,
        price,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__dispatch_prices') }}
    where intervention = 0
),

nem_trading as (
    select
        iso,
        market,
        location,
        'REGION' as location_type,
        interval_start,
        interval_end,
        interval_minutes,
        market_date,
        price,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__trading_prices') }}
),

unioned as (
    select * from ercot_dam
    union all by name
    select * from ercot_rt15m
    union all by name
    select * from ercot_rt5m
    union all by name
    select * from caiso
    union all by name
    select * from nem_rt5m
    union all by name
    select * from nem_trading
)

select
    iso,
    market,
    location,
    location_type,
    interval_start,
    interval_end,
    cast(interval_minutes as integer) as interval_minutes,
    market_date,
    price,
    energy_price,
    congestion_price,
    loss_price,
    ghg_price,
    cast(null as double) as adder_price,
    currency,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from unioned
where interval_start is not null
