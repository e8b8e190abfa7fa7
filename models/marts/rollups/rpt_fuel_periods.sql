{{ config(materialized='view') }}

with spines as (
    {{ region_spines() }}
),

series as (
    {{ energy_periods(
        ref('fct_fuel_intervals'),
        ref('rpt_fuel_daily'),
        ['iso', 'location', 'fuel_tech']
    ) }}
),

-- Each technology counts once in each grouping, and once for its region and once for the network.
groupings as (
    select
        fuel_tech,
        unnest(['FUEL_TECH', 'FUEL_GROUP', 'RENEWABLE', 'TOTAL']) as grouping_kind,
        unnest([
            fuel_tech,
            fuel_group,
            case
                when is_storage then 'STORAGE'
                when is_renewable then 'RENEWABLE'
                else 'NON_RENEWABLE'
            end,
            'TOTAL'
        ]) as fuel_code,
        is_supply
    from {{ ref('fuel_techs') }}
    union all
    select
        cast(null as text) as fuel_tech,
        unnest(['FUEL_TECH', 'FUEL_GROUP', 'RENEWABLE', 'TOTAL']) as grouping_kind,
        unnest([null, null, null, 'TOTAL']) as fuel_code,
        true as is_supply
),

located as (
    select
        series.* exclude (location),
        -- the mean over the intervals that are on file
        series.energy_mwh * 60 / nullif(series.known_minutes, 0) as power_mw,
        (epoch_us(series.period_end) - epoch_us(series.period_start)) // 60000000
            as expected_minutes,
        series.location as region,
        unnest([series.location, series.iso]) as location,
        unnest(['REGION', 'SYSTEM']) as location_type
    from series
),

-- Every region has generation, with renewables and without, so a network that lacks one is not
-- complete. A single technology or group, storage too, need not be everywhere. Rooftop comes by a
-- feed of its own: it does not tell that the units of a region are there.
grouped as (
    select
        located.iso,
        located.location,
        located.location_type,
        located.period,
        located.period_start,
        located.period_end,
        located.first_date,
        groupings.grouping_kind,
        groupings.fuel_code,
        count(distinct located.region) as region_count,
        count(distinct located.region) filter (
            where located.fuel_tech is distinct from 'SOLAR_ROOFTOP'
        ) as whole_region_count,
        case
            when coalesce(groupings.fuel_code, '') not in ('TOTAL', 'RENEWABLE', 'NON_RENEWABLE')
                then 0
            -- units of which no register tells the region yet
            when located.location is null then 0
            when located.location_type = 'SYSTEM' then coalesce(min(spines.least_series), 1)
            else 1
        end as least_region_count,
        sum(located.interval_count) as interval_count,
        sum(located.expected_interval_count) as expected_interval_count,
        sum(located.known_minutes) as known_minutes,
        sum(located.expected_minutes) as expected_minutes,
        max(located.newest_at) as newest_at,
        {% for figure in energy_sums() -%}
        {{ exact_sum('located.' ~ figure) }} as {{ figure }},
        {% endfor -%}
        {{ exact_sum('located.power_mw') }} as power_mw
    from located
    inner join groupings
        on
            coalesce(located.fuel_tech, '') = coalesce(groupings.fuel_tech, '')
            and (groupings.is_supply or groupings.grouping_kind = 'FUEL_TECH')
    left join spines
        on
            located.iso = spines.iso
            and (spines.valid_from is null or located.period_end > spines.valid_from)
            and (spines.valid_to is null or located.period_end <= spines.valid_to)
    group by
        located.iso,
        located.location,
        located.location_type,
        located.period,
        located.period_start,
        located.period_end,
        located.first_date,
        groupings.grouping_kind,
        groupings.fuel_code
),

-- A region that is missing lacks as many intervals as the others have on average.
expected as (
    select
        *,
        least_region_count = 0 or whole_region_count > 0 as has_units,
        greatest(least_region_count / greatest(whole_region_count, 1), 1) as region_share
    from grouped
)

select
    iso,
    location,
    location_type,
    period,
    period_start,
    period_end,
    first_date,
    grouping_kind,
    fuel_code,
    cast(region_count as integer) as region_count,
    cast(interval_count as integer) as interval_count,
    cast(ceil(expected_interval_count * region_share) as integer) as expected_interval_count,
    cast(known_minutes as integer) as known_minutes,
    case
        when has_units then least(known_minutes / (expected_minutes * region_share), 1)
        else 0
    end as completeness,
    {{ day_version('interval_count', 'newest_at') }} as day_version,
    {% for figure in energy_sums() -%}
    case when has_units then {{ figure }} end as {{ figure }},
    {% endfor -%}
    case when whole_region_count >= least_region_count then power_mw end as power_mw,
    case when has_units then market_value / nullif(priced_energy_mwh, 0) end
        as volume_weighted_price
from expected
