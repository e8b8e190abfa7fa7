-- Capacities are a list of their own in each file: what a prefix would give if it reported.
with capacities as (
    select
        capacities._file_id,
        capacities.postcode_prefix,
        capacities.capacity_mw,
        sum(capacities.capacity_mw) over (partition by capacities._file_id) as grid_capacity_mw,
        count(*) over (partition by capacities._file_id) as grid_prefix_count
    from {{ ref('stg_apvi__postcode_capacities') }} as capacities
    inner join {{ ref('wem_rooftop_prefixes') }} as prefixes
        on
            capacities.postcode_prefix = prefixes.postcode_prefix
            and prefixes.is_main_grid
),

reported as (
    select
        shares.*,
        capacities.capacity_mw,
        capacities.grid_capacity_mw,
        capacities.grid_prefix_count,
        outputs.output_mw,
        shares.performance_percent / 100 * capacities.capacity_mw as computed_mw
    from {{ ref('stg_apvi__postcode_performances') }} as shares
    inner join capacities
        on
            shares._file_id = capacities._file_id
            and shares.postcode_prefix = capacities.postcode_prefix
    left join {{ ref('stg_apvi__postcode_outputs') }} as outputs
        on
            shares._file_id = outputs._file_id
            and shares.postcode_prefix = outputs.postcode_prefix
            and shares.interval_start = outputs.interval_start
    where shares.iso = 'WEM'
),

summed as (
    select
        iso,
        interval_start,
        interval_end,
        market_date,
        sum(cast(coalesce(output_mw, computed_mw) as decimal(18, 6))) as reported_mw,
        cast(count(*) as integer) as prefix_count,
        cast(max(grid_prefix_count) as integer) as grid_prefix_count,
        sum(capacity_mw) as reported_capacity_mw,
        max(grid_capacity_mw) as grid_capacity_mw,
        case when count(output_mw) = count(*) then 'OUTPUT' else 'SHARE' end as basis,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        min(_row_number) as _row_number
    from reported
    where coalesce(output_mw, computed_mw) is not null
    group by all
)

select
    iso,
    'WEM' as location,
    interval_start,
    interval_end,
    market_date,
    cast(reported_mw as double) as reported_mw,
    prefix_count,
    grid_prefix_count,
    reported_capacity_mw,
    grid_capacity_mw,
    reported_capacity_mw / grid_capacity_mw as capacity_share,
    reported_capacity_mw >= 0.99 * grid_capacity_mw as is_complete,
    basis,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from summed
where {{ has_instant('interval_start') }}
