"""Series of Open Electricity's files, asked of the marts: the queries of `exports.opennem`."""

from __future__ import annotations

# What the marts hold as negative, since it is taken from the grid, is positive in these files.
SIGN = "case when fuel_tech in ('BATTERY_CHARGING', 'PUMPS') then -1 else 1 end"

# Open Electricity has no technology of loads that are neither pumps nor batteries.
LISTED = "fuel_tech != 'LOAD'"

# Of what a sum is made of, so much must be known; else it is a hole.
COVERED = 0.995
# After so many days on which its region has units and it has none, a fuel has ended there.
ENDED = 90
_REGION_SUMS = {
    "demand_energy": "demand_total_mwh",
    "demand_value": "demand_total_mwh * settlement_price",
    "solar": "curtailment_solar_mwh",
    "wind": "curtailment_wind_mwh",
    "imports": "imports_mwh",
    "exports": "exports_mwh",
    "imports_value": "imports_value",
    "exports_value": "exports_value",
    "imports_t": "imports_emissions_t",
    "exports_t": "exports_emissions_t",
}
# What flows carry is known wherever nothing flowed: it must be of what did flow as well.
_FLOWS = {"imports_t": "imports_mwh", "exports_t": "exports_mwh"}
SUMS = ", ".join(
    f"case when sum(interval_minutes) filter (where {figure} is not null) >= {COVERED} * minutes "
    + (
        f"and sum({flow}) filter (where {figure} is not null) >= {COVERED} * sum({flow}) "
        if flow
        else ""
    )
    + f"then sum({figure}) end as {name}"
    for name, figure in _REGION_SUMS.items()
    for flow in [_FLOWS.get(name)]
)

# Each select gives rows (series, fuel_tech, code, data_type, slot, value); `{slot}` is the number
# of the period. A place is a condition on iso, and on location if it is a region.
ENERGY = {
    # Each fuel of each region is expected on all days from its first on, and of a region that joins
    # the others in all of its first month. It has ended if it lacks more than {ended} days on which
    # its region has units (rooftop is estimated by itself). What lacks a part of it is a hole.
    "marts.rpt_fuel_daily": """
        with days as (
            select *, fuel_tech = 'SOLAR_ROOFTOP' as is_estimate
            from marts.rpt_fuel_daily
            inner join ref.fuel_techs using (fuel_tech)
            where {place} and {listed}
        ),
        numbered as (
            select
                location, is_estimate, market_date,
                row_number() over (partition by location, is_estimate order by market_date) as n,
                count(*) over (partition by location, is_estimate) as day_count,
                min(market_date) over (partition by is_estimate) as first_of_all
            from (
                select distinct location, is_estimate, market_date
                from days
                where interval_count > 0 and location is not null
            )
        ),
        gapped as (
            select *, n - lag(n, 1, n) over by_fuel > {ended} as begins_again
            from days inner join numbered using (location, is_estimate, market_date)
            where interval_count > 0
            window by_fuel as (partition by location, fuel_tech order by n)
        ),
        stretches as (
            select *, count(*) filter (where begins_again) over by_fuel as stretch
            from gapped
            window by_fuel as (partition by location, fuel_tech order by n)
        ),
        spans as (
            select
                fuel_tech,
                case when min(n) > 1 then min(market_date) else
                    greatest(any_value(first_of_all), date_trunc('month', min(market_date)))
                end as first_day,
                case when any_value(day_count) - max(n) > {ended} then max(market_date) else $last
                end as last_day
            from stretches
            group by location, fuel_tech, stretch
        ),
        expected as (
            select fuel_tech, {slot} as slot, count(*) as day_count
            from (
                select
                    fuel_tech,
                    cast(unnest(generate_series(
                        greatest(first_day, $first), least(last_day, $last), interval 1 day
                    )) as date) as market_date
                from spans
            )
            group by all
        ),
        summed as (
            select
                fuel_tech, {slot} as slot,
                sum(completeness) filter (where location is not null) as known_days,
                sum({sign} * energy_mwh) / 1000 as energy,
                case when abs(sum(priced_energy_mwh)) >= {covered} * abs(sum(energy_mwh))
                    then sum({sign} * market_value) end as market_value,
                case
                    when not any_value(is_emission_free)
                        and abs(sum(emissions_energy_mwh)) >= {covered} * abs(sum(energy_mwh))
                        then sum(emissions_t)
                end as emissions
            from days
            where market_date between $first and $last
            group by all
        )
        select
            'fuel_tech.' || lower(fuel_tech) as series, lower(fuel_tech) as fuel_tech,
            lower(fuel_tech) as code, unnest(['energy', 'market_value', 'emissions']) as data_type,
            slot, unnest([energy, market_value, emissions]) as value
        from summed
        inner join expected using (fuel_tech, slot)
        where known_days >= {covered} * day_count
    """,
    "marts.fct_region_intervals": """
        with summed as (
            select
                {slot} as slot,
                1440 * count(distinct row(location, market_date)) as minutes,
                {sums}
            from marts.fct_region_intervals
            where {place} and market_date between $first and $last
            group by all
        )
        select 'demand' as series, null as fuel_tech, $code as code,
            unnest(['energy', 'market_value']) as data_type, slot,
            unnest([demand_energy / 1000, demand_value]) as value
        from summed
        union all
        select 'fuel_tech.curtailment_' || kind, 'curtailment_' || kind, 'curtailment_' || kind,
            'energy', slot, value
        from (
            select slot, unnest(['solar_utility', 'wind']) as kind,
                unnest([solar / 1000, wind / 1000]) as value
            from summed
        )
        union all
        select 'fuel_tech.' || flow, flow, flow,
            unnest(['energy', 'market_value', 'emissions', 'emissions_factor']), slot,
            unnest([
                mwh / 1000, amount, emissions,
                case when mwh != 0 then emissions / mwh when mwh = 0 then 0 end
            ])
        from (
            select slot, unnest(['imports', 'exports']) as flow,
                unnest([-imports, exports]) as mwh,
                unnest([-imports_value, exports_value]) as amount,
                unnest([imports_t, exports_t]) as emissions
            from summed
            where {is_region}
        )
    """,
    # A day needs a temperature in each of its hours, a month each of its days. The official maximum
    # goes before that of the observations, as with Open Electricity.
    "marts.rpt_weather_daily": """
        select
            data_type as series, null as fuel_tech, code, data_type, slot,
            case data_type
                when 'temperature_min' then min(value)
                when 'temperature_mean' then avg(value)
                else max(value)
            end as value
        from (
            select
                {slot} as slot, market_date, bureau_number as code,
                unnest(['temperature_min', 'temperature_mean', 'temperature_max']) as data_type,
                unnest([
                    case when completeness = 1 then min_temperature_c end,
                    case when completeness = 1 then mean_temperature_c end,
                    coalesce(
                        official_max_temperature_c,
                        case when completeness = 1 then max_temperature_c end
                    )
                ]) as value
            from marts.rpt_weather_daily
            where
                {place} and {is_region} and bureau_number is not null
                and market_date between $first and $last
        )
        group by data_type, code, slot
        having count(value) = {days}
    """,
}
POWER = {
    # A fuel is expected of a region from its first interval on: a sum that lacks a region is none.
    "marts.fct_fuel_intervals": """
        with intervals as (
            select *, {slot} as slot
            from marts.fct_fuel_intervals
            where {place} and {listed} and market_date between $first and $last
        ),
        earlier as (
            select distinct location, fuel_tech
            from marts.rpt_fuel_daily
            where {place} and interval_count > 0 and market_date < $first
        ),
        begun as (
            select
                fuel_tech,
                case when count(earlier.fuel_tech) = 0 then min(slot) else 0 end as first_slot
            from intervals left join earlier using (location, fuel_tech)
            group by location, fuel_tech
        ),
        summed as (
            select fuel_tech, slot, count(power_mw) as known, sum({sign} * power_mw) as power
            from intervals
            group by all
        )
        select
            'fuel_tech.' || lower(fuel_tech) as series, lower(fuel_tech) as fuel_tech,
            lower(fuel_tech) as code, 'power' as data_type, slot,
            case when known = count(*) then power end as value
        from summed inner join begun using (fuel_tech)
        where first_slot <= slot
        group by fuel_tech, slot, known, power
    """,
    "marts.fct_region_intervals": """
        with summed as (
            select
                {slot} as slot, sum(settlement_price) as price,
                -sum(imports_mw) as imports, sum(exports_mw) as exports,
                max(count(*)) over () as regions,
                -- a sum that lacks a region is none
                case when count(demand_mw) = regions then sum(demand_mw) end as demand,
                case when count(curtailment_solar_mw) = regions then sum(curtailment_solar_mw) end
                    as solar,
                case when count(curtailment_wind_mw) = regions then sum(curtailment_wind_mw) end
                    as wind
            from marts.fct_region_intervals
            where {place} and market_date between $first and $last
            group by {slot}
        )
        select 'demand' as series, null as fuel_tech, $code as code, 'demand' as data_type, slot,
            demand as value
        from summed
        union all
        select 'price', null, $code, 'price', slot, price from summed where {is_region}
        union all
        select 'fuel_tech.' || kind, kind, kind, 'power', slot, value
        from (
            select slot, unnest(['curtailment_solar_utility', 'curtailment_wind']) as kind,
                unnest([solar, wind]) as value
            from summed
            union all
            select slot, unnest(['imports', 'exports']), unnest([imports, exports])
            from summed
            where {is_region}
        )
    """,
}
TEMPERATURE = {
    "marts.fct_weather_intervals": """
        select
            'temperature' as series, null as fuel_tech, bureau_number as code,
            'temperature' as data_type, {slot} as slot, avg(temperature_c) as value
        from marts.fct_weather_intervals
        inner join ref.weather_stations using (iso, station_id)
        where {place} and {is_region} and market_date between $first and $last
        group by all
    """,
}
# A day or month that lacks a region, or a month that lacks a day, is a hole: its sum would be too
# low. Expected are the regions of the month. The first month begins where the data do.
WHOLE_SLOTS = """
    with present as (
        select distinct location, market_date
        from {table}
        where {place} and location is not null
    ),
    months as (
        select date_trunc('month', market_date) as month, count(distinct location) as regions
        from present
        group by all
    ),
    counted as (
        select {slot} as slot, min(market_date) as first_day, count(*) as region_days
        from present
        group by all
    )
    select counted.slot
    from counted
    inner join months on date_trunc('month', counted.first_day) = months.month
    where
        region_days = months.regions * case
            when {days} > 1 and counted.slot = (select min(slot) from counted)
                then {days} - day(counted.first_day) + 1
            else {days}
        end
"""
# Of these the first and the last day are those of the export.
TABLES_OF_DAYS = ("marts.rpt_fuel_daily", "marts.fct_region_intervals")
# Series without a value do not exist.
LISTS = """
    select
        series, fuel_tech, code, data_type,
        list(slot order by slot) as slots, list(cast(value as double) order by slot) as data
    from ({rows})
    where value is not null and slot between $first_slot and $last_slot {whole}
    group by all
"""
