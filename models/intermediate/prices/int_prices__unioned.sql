{#- A correction has the interval of its run, which ends with the next run of its day or of the
    next. Runs of days without a correction need not be read. -#}
{%- set runs_near_corrections -%}
    (
        select
            market_date,
            run_at
        from {{ ref('stg_ercot__sced_lmps') }}
        where market_date in (
            select unnest([market_date, market_date + 1])
            from {{ ref('stg_ercot__sced_lmp_corrections') }}
        )
    )
{%- endset -%}
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

-- Corrections are publications of the corrected price at the time from which it holds.
ercot_dam_corrections as (
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
        corrected_at as _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__dam_settlement_point_price_corrections') }}
),

ercot_rt15m_corrections as (
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
        corrected_at as _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__rt_settlement_point_price_corrections') }}
),

ercot_dam_history as (
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
    from {{ ref('stg_ercot__dam_historical_prices') }}
),

ercot_rt15m_history as (
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
    from {{ ref('stg_ercot__rt_historical_prices') }}
),

ercot_rt5m as (
    select
        iso,
        market,
        location,
        location_type,
        interval_start,
        interval_end,
        {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
        market_date,
        run_date,
        price,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from ({{ held_rows(ref('stg_ercot__sced_lmps'), [ref('stg_ercot__sced_lmps')]) }})
),

ercot_rt5m_corrections as (
    select
        iso,
        market,
        location,
        location_type,
        interval_start,
        interval_end,
        {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
        market_date,
        run_date,
        price,
        currency,
        corrected_at as _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from ({{ held_rows(
        ref('stg_ercot__sced_lmp_corrections'),
        [runs_near_corrections, ref('stg_ercot__sced_lmp_corrections')]
    ) }})
),

-- Each look-ahead run publishes its intervals anew, so its instant is that of the publication.
ercot_rtd as (
    select
        iso,
        market,
        location,
        location_type,
        interval_start,
        interval_end,
        5 as interval_minutes,
        market_date,
        price,
        currency,
        run_at as _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__rtd_lmps') }}
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

caiso_publications as (
    select
        components.*,
        coalesce(files.publication, components._file_id) as publication,
        row(components._loaded_at, components._file_id, components._row_number) as place
    from caiso_components as components
    left join {{ ref('int_prices__component_files') }} as files
        on components._file_id = files.file_id
),

-- One row per component becomes one row per price: of a component that is there twice the newest
-- one. Components whose price is missing are no price.
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
        arg_max(value_usd_per_mwh, place) filter (where lmp_type = 'LMP') as price,
        arg_max(value_usd_per_mwh, place) filter (where lmp_type = 'MCE') as energy_price,
        arg_max(value_usd_per_mwh, place) filter (where lmp_type = 'MCC') as congestion_price,
        arg_max(value_usd_per_mwh, place) filter (where lmp_type = 'MCL') as loss_price,
        arg_max(value_usd_per_mwh, place) filter (where lmp_type = 'MGHG') as ghg_price,
        'USD' as currency,
        max(_published_at) as _published_at,
        max(_fetched_at) as _fetched_at,
        max(_loaded_at) as _loaded_at,
        arg_max(_file_id, place) filter (where lmp_type = 'LMP') as _file_id,
        arg_max(_row_number, place) filter (where lmp_type = 'LMP') as _row_number
    from caiso_publications
    group by
        iso,
        market,
        location,
        location_type,
        interval_start,
        interval_end,
        market_date,
        publication
    having count(*) filter (where lmp_type = 'LMP') > 0
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

-- The monthly archive begins in July 2009; before it there are only the site's price and demand
-- files, to the cent.
nem_trading_before_archive as (
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
    from {{ ref('stg_nem__price_and_demands') }}
    where
        market_date < date '2009-07-01'
        and period_type = 'TRADE'
),

-- The files of either market overlap for some days around the reform.
wem_balancing as (
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
    from {{ ref('stg_wem__balancing_summaries') }}
    where
        interval_start < {{ wem_reform() }}
        and price is not null
),

wem_trading as (
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
    from {{ ref('stg_wem__trading_prices') }}
    where
        interval_start >= {{ wem_reform() }}
        and price is not null
        and is_published is distinct from false
),

wem_rt5m as (
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
    from {{ ref('stg_wem__dispatch_solution_prices') }}
    where
        interval_start >= {{ wem_reform() }}
        and price is not null
),

unioned as (
    select
        *,
        market_date as run_date
    from ercot_dam
    union all by name
    select
        *,
        market_date as run_date
    from ercot_rt15m
    union all by name
    select
        *,
        market_date as run_date
    from ercot_dam_corrections
    union all by name
    select
        *,
        market_date as run_date
    from ercot_rt15m_corrections
    union all by name
    select
        *,
        market_date as run_date
    from ercot_dam_history
    union all by name
    select
        *,
        market_date as run_date
    from ercot_rt15m_history
    union all by name
    select * from ercot_rt5m
    union all by name
    select * from ercot_rt5m_corrections
    union all by name
    select
        *,
        market_date as run_date
    from ercot_rtd
    union all by name
    select
        *,
        market_date as run_date
    from caiso
    union all by name
    select
        *,
        market_date as run_date
    from nem_rt5m
    union all by name
    select
        *,
        market_date as run_date
    from nem_trading
    union all by name
    select
        *,
        market_date as run_date
    from nem_trading_before_archive
    union all by name
    select
        *,
        market_date as run_date
    from wem_balancing
    union all by name
    select
        *,
        market_date as run_date
    from wem_trading
    union all by name
    select
        *,
        market_date as run_date
    from wem_rt5m
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
    run_date,
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
where {{ has_instant('interval_start') }}
