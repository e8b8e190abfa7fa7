-- Corrections show their days to incremental builds as they land.
-- depends_on: {{ ref('stg_ercot__sced_shadow_price_corrections') }}
-- Prices and system lambdas come from every dispatch run, also from those without a constraint; a
-- constraint that a run lacks has ended.
with ercot_rt5m as (
    select
        iso,
        market,
        interval_start,
        interval_end,
        market_date,
        constraint_name,
        contingency_name,
        from_station,
        to_station,
        from_station_kv,
        to_station_kv,
        shadow_price,
        max_shadow_price,
        limit_mw,
        flow_mw,
        -- published as flow minus limit, so negative where the limit is kept
        case when violation_mw is not null then greatest(violation_mw, 0) end as violation_mw,
        is_competitive,
        constraint_id,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from ({{ dispatched_rows(ref('stg_ercot__sced_binding_constraints'), [
        ref('stg_ercot__sced_binding_constraints'),
        ref('stg_ercot__sced_lmps'),
        ref('stg_ercot__sced_system_lambdas')
    ]) }})
),

-- Corrections are publications of the corrected values at the time from which they hold.
ercot_rt5m_corrections as (
    select
        iso,
        market,
        interval_start,
        interval_end,
        market_date,
        constraint_name,
        contingency_name,
        from_station,
        to_station,
        from_station_kv,
        to_station_kv,
        shadow_price,
        max_shadow_price,
        limit_mw,
        flow_mw,
        -- published to the tenth of a MW, which a difference of doubles misses
        case when violation_mw is not null then greatest(round(violation_mw, 6), 0) end
            as violation_mw,
        is_competitive,
        constraint_id,
        corrected_at as _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('int_constraints__sced_corrections') }}
    where match_code = 'MATCHED'
),

ercot_dam as (
    select
        iso,
        market,
        interval_start,
        interval_end,
        market_date,
        constraint_name,
        contingency_name,
        from_station,
        to_station,
        from_station_kv,
        to_station_kv,
        shadow_price,
        max_shadow_price,
        limit_mw,
        flow_mw,
        violation_mw,
        is_competitive,
        constraint_id,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__dam_binding_constraints') }}
),

solved_twice as (
    select distinct
        market_date,
        interval_start
    from {{ ref('stg_nem__dispatch_constraints') }}
    where intervention <> 0
),

nem_once as (
    select
        iso,
        market,
        interval_start,
        interval_end,
        market_date,
        constraint_name,
        marginal_value as shadow_price,
        rhs as limit_mw,
        lhs as flow_mw,
        violation_degree as violation_mw,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__dispatch_constraints') }} as constraints
    where
        intervention = 0
        and not exists (
            select 1
            from solved_twice
            where
                solved_twice.market_date = constraints.market_date
                and solved_twice.interval_start = constraints.interval_start
        )
),

-- Where an interval was solved twice, the shadow price is the pricing run's and everything in MW is
-- the intervention run's (docs/decisions/0002_intervention_runs.md).
nem_by_file as (
    select
        constraints.iso,
        constraints.market,
        constraints.interval_start,
        constraints.interval_end,
        constraints.market_date,
        constraints.constraint_name,
        max(constraints.marginal_value) filter (where constraints.intervention = 0)
            as shadow_price,
        max(constraints.rhs) filter (where constraints.intervention <> 0) as limit_mw,
        max(constraints.lhs) filter (where constraints.intervention <> 0) as flow_mw,
        max(constraints.violation_degree) filter (where constraints.intervention <> 0)
            as violation_mw,
        constraints._published_at,
        constraints._fetched_at,
        constraints._loaded_at,
        constraints._file_id,
        min(constraints._row_number) as _row_number
    from {{ ref('stg_nem__dispatch_constraints') }} as constraints
    inner join solved_twice
        on
            constraints.market_date = solved_twice.market_date
            and constraints.interval_start = solved_twice.interval_start
    group by all
),

-- A month comes in several files: the two runs of a constraint may be in two of them.
nem_twice as (
    select
        * replace (
            coalesce(shadow_price, max(shadow_price) over both_runs) as shadow_price,
            coalesce(limit_mw, max(limit_mw) over both_runs) as limit_mw,
            coalesce(flow_mw, max(flow_mw) over both_runs) as flow_mw,
            coalesce(violation_mw, max(violation_mw) over both_runs) as violation_mw
        )
    from nem_by_file
    window both_runs as (partition by market_date, interval_start, constraint_name)
),

unioned as (
    select * from ercot_rt5m
    union all by name
    select * from ercot_rt5m_corrections
    union all by name
    select * from ercot_dam
    union all by name
    select * from nem_once
    union all by name
    select * from nem_twice
)

select
    iso,
    market,
    interval_start,
    interval_end,
    {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
    market_date,
    constraint_name,
    contingency_name,
    from_station,
    to_station,
    from_station_kv,
    to_station_kv,
    shadow_price,
    max_shadow_price,
    limit_mw,
    flow_mw,
    violation_mw,
    is_competitive,
    cast(constraint_id as text) as constraint_id,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from unioned
where {{ has_instant('interval_start') }}
