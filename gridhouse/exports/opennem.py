"""The static JSON files of Open Electricity (OpenNEM), written from the warehouse.

`v4/stats/au/{NETWORK}/[{REGION}/]power/7d.json` has the power of the last seven days,
`energy/{year}.json` the energy of each day of a year, `energy/all.json` that of each month
(docs/cookbook/export_opennem.md). Each series is a list of values on an even grid: holes are null,
ends are cut.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from extract.ledger import has_table
from gridhouse.report import reading
from gridhouse.settings import Settings

DAYS_OF_POWER = 7
# As the networks name intervals: the NEM by their end, the WEM by their start.
LABELS = {"NEM": "interval_end", "WEM": "interval_start"}
OFFSETS = {"NEM": timedelta(hours=10), "WEM": timedelta(hours=8)}
UNITS = {
    "power": "MW",
    "energy": "GWh",
    "market_value": "AUD",
    "emissions": "tCO2e",
    "emissions_factor": "tCO2e/MWh",
    "demand": "MW",
    "price": "AUD/MWh",
    "temperature": "C",
    "temperature_min": "C",
    "temperature_mean": "C",
    "temperature_max": "C",
}

# What the marts hold as negative, since it is taken from the grid, is positive in these files.
_SIGN = "case when fuel_tech in ('BATTERY_CHARGING', 'PUMPS') then -1 else 1 end"

# Open Electricity has no technology of loads that are neither pumps nor batteries.
_LISTED = "fuel_tech != 'LOAD'"

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
_SUMS = ", ".join(
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
_ENERGY = {
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
_POWER = {
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
_TEMPERATURE = {
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
_WHOLE_SLOTS = """
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
_TABLES_OF_DAYS = ("marts.rpt_fuel_daily", "marts.fct_region_intervals")
# Series without a value do not exist.
_LISTS = """
    select
        series, fuel_tech, code, data_type,
        list(slot order by slot) as slots, list(cast(value as double) order by slot) as data
    from ({rows})
    where value is not null and slot between $first_slot and $last_slot {whole}
    group by all
"""


class NoData(Exception):
    """There is nothing to export; the message says what was looked for and what to do."""


_NAME = re.compile("[A-Za-z0-9_]+")  # what may become a folder


class BadName(ValueError):
    """A network or region that cannot be the name of a folder."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Periods of a file: SQL of a row's period number, and the stamp of a number."""

    interval: str
    slot: str

    def stamp(self, slot: int, offset: timedelta) -> str:
        zone = timezone(offset)
        if self.interval.endswith("m"):
            return datetime.fromtimestamp(slot * 60 * int(self.interval[:-1]), zone).isoformat()
        if self.interval == "1d":
            day = date(1970, 1, 1) + timedelta(days=slot)
        else:
            day = date(slot // 12, slot % 12 + 1, 1)
        return datetime(day.year, day.month, day.day, tzinfo=zone).isoformat()


MONTHS = Grid("1M", "12 * year(market_date) + month(market_date) - 1")
DAYS = Grid("1d", "market_date - date '1970-01-01'")
HALF_HOURS = Grid("30m", "epoch_us(observed_at) // 1800000000")


def write(
    settings: Settings,
    folder: Path,
    network: str,
    regions: list[str],
    kinds: list[str],
    trapezoid: bool = False,
) -> list[Path]:
    """Write the files of a network and of its regions; the paths, in order.

    `regions`: those alone, none for the network and all of its regions. `kinds`: power, energy.
    A file without any series is not written.
    `trapezoid`: energies as Open Electricity files them (docs/methods/energy.md); values and
    emissions stay those of the intervals. A file is replaced whole or not at all. Raises NoData,
    BadName, or Locked while a build writes.
    """
    _check_names([network, *regions])
    with reading(settings) as connection:
        for table in _ENERGY | _POWER | _TEMPERATURE:
            if not has_table(connection, *table.split(".")):
                raise NoData(f"{table} is not built: run `gridhouse build` first")
        connection.execute("set threads = 2")
        known = [
            place
            for (place,) in connection.execute(
                "select distinct location from marts.rpt_fuel_daily "
                "where iso = ? and location is not null order by 1",
                [network],
            ).fetchall()
        ]
        _check_names(known)
        lacking = [r for r in regions if r not in known]
        if not known or lacking:
            raise NoData(
                f"nothing of {network} {' '.join(lacking)} has landed; there is: "
                f"{' '.join(known) or 'no region of it'}"
            )
        # the only region of a network is the network
        is_one_region = known == [network]
        export = _Export(connection, network, is_one_region, trapezoid)
        places = regions or [None, *([] if is_one_region else known)]
        written = [
            path
            for place in places
            for kind in kinds
            for path in (export.power if kind == "power" else export.energy)(folder, place)
        ]
    if not written:
        what = " ".join([network, *regions])
        raise NoData(f"no series of {what} has a value: nothing is written")
    return written


def _check_names(names: list[str]) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            raise BadName(
                f"{name!r} is no name of a network or region: letters, digits and underscores alone"
            )


class _Export:
    def __init__(self, connection, network: str, is_one_region: bool, trapezoid: bool):
        self.connection, self.network, self.trapezoid = connection, network, trapezoid
        self.is_one_region = is_one_region
        self.offset = OFFSETS[network]

    def energy(self, folder: Path, region: str | None) -> Iterator[Path]:
        first, last = self._days(region)
        if first is None:
            return
        below = _place(folder, self.network, region) / "energy"
        for year in range(first.year, last.year + 1):
            days = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
            series = self._series(_ENERGY, DAYS, region, *days)
            yield from self._file(below / f"{year}.json", "energy", region, series)
        # a month that is not over would look like a fall
        end = (
            last if (last + timedelta(days=1)).day == 1 else last.replace(day=1) - timedelta(days=1)
        )
        if end >= first:
            series = self._series(_ENERGY, MONTHS, region, first, end)
            yield from self._file(below / "all.json", "energy", region, series)

    def power(self, folder: Path, region: str | None) -> Iterator[Path]:
        label = LABELS[self.network]
        grid = Grid("5m", f"epoch_us({label}) // 300000000")
        # the last interval that units of all regions have: rooftop and prices may differ
        (last,) = self._asked(
            f"""
            select min(last_slot)
            from (
                select location, max({grid.slot}) as last_slot
                from marts.fct_fuel_intervals
                where
                    {self._where(region)} and location is not null
                    and {_LISTED} and fuel_tech != 'SOLAR_ROOFTOP'
                    and market_date >= (
                        select max(market_date) - 1 from marts.fct_fuel_intervals
                        where {self._where(region)}
                    )
                group by location
            )
            """,
            region,
        ).fetchone()
        if last is None:
            return
        slots = last - DAYS_OF_POWER * 288 + 1, last
        # an interval that is named 00:00 is of the day before by its end, of this day by its start
        first_at, last_at = (datetime.fromtimestamp(s * 300, UTC) + self.offset for s in slots)
        days = (first_at - timedelta(minutes=5)).date(), last_at.date()
        series = self._series(_POWER, grid, region, *days, slots)
        halves = (slots[0] // 6, slots[1] // 6)
        series += self._series(_TEMPERATURE, HALF_HOURS, region, *days, halves)
        series.sort(key=lambda s: s["id"])
        below = _place(folder, self.network, region) / "power"
        yield from self._file(below / f"{DAYS_OF_POWER}d.json", "power", region, series)

    def _days(self, region: str | None) -> tuple[date | None, date | None]:
        """First and last day of anything."""
        days = " union all ".join(
            f"select market_date from {t} where {self._where(region)}" for t in _TABLES_OF_DAYS
        )
        return self._asked(
            f"select min(market_date), max(market_date) from ({days})", region
        ).fetchone()

    def _where(self, region: str | None) -> str:
        return "iso = $network" + (" and location = $region" if region else "")

    def _asked(self, query: str, region: str | None, **values: Any):
        """The answer to a query, with those values that it names."""
        values |= {"network": self.network, "region": region, "code": region or self.network}
        named = set(re.findall(r"\$(\w+)", query))
        return self.connection.execute(query, {n: v for n, v in values.items() if n in named})

    def _series(
        self,
        queries: dict[str, str],
        grid: Grid,
        region: str | None,
        first: date,
        last: date,
        slots: tuple[int, int] = (0, 2**40),
    ) -> list[dict[str, Any]]:
        found = []
        for table, query in queries.items():
            rows = query.format(
                slot=grid.slot,
                sign=_SIGN,
                listed=_LISTED,
                covered=COVERED,
                ended=ENDED,
                sums=_SUMS,
                place=self._where(region),
                is_region="true" if region or self.is_one_region else "false",
                days="day(last_day(min(market_date)))" if grid is MONTHS else "1",
            )
            if self.trapezoid:
                rows = rows.replace("* energy_mwh", "* energy_openelectricity_mwh")
                rows = rows.replace("imports_mwh", "imports_openelectricity_mwh")
                rows = rows.replace("exports_mwh", "exports_openelectricity_mwh")
            values = {"first": first, "last": last, "first_slot": slots[0], "last_slot": slots[1]}
            whole = ""
            if grid in (MONTHS, DAYS) and table == "marts.fct_region_intervals":
                slots_there = _WHOLE_SLOTS.format(
                    table=table,
                    slot=grid.slot,
                    days="day(last_day(counted.first_day))" if grid is MONTHS else "1",
                    place=self._where(region),
                )
                whole = f"and slot in ({slots_there})"
            query = _LISTS.format(rows=rows, whole=whole)
            lists = self._asked(query, region, **values).to_arrow_table()
            found += [self._one(row, grid, region) for row in _with_lists(lists)]
        return sorted(found, key=lambda s: s["id"])

    def _one(self, row: dict[str, Any], grid: Grid, region: str | None) -> dict[str, Any]:
        slots, kind = row["slots"], row["data_type"]
        names = [row["series"]] if row["series"] == kind else [row["series"], kind]
        place = ["au", self.network.lower(), *([region.lower()] if region else [])]
        one = {"id": ".".join([*place, *names]), "type": kind}
        if row["fuel_tech"]:
            one["fuel_tech"] = row["fuel_tech"]
        one |= {"code": row["code"], "network": self.network.lower()}
        if region:
            one["region"] = region
        return one | {
            "data_type": kind,
            "units": UNITS[kind],
            "history": {
                "start": grid.stamp(int(slots[0]), self.offset),
                "last": grid.stamp(int(slots[-1]), self.offset),
                "interval": grid.interval,
                "data": on_grid(slots, row["data"]),
            },
        }

    def _file(
        self, path: Path, kind: str, region: str | None, series: list[dict[str, Any]]
    ) -> Iterator[Path]:
        """Write the file, if there are series for it; its path then. One of before goes."""
        if not series:
            path.unlink(missing_ok=True)
            return
        answer: dict[str, Any] = {
            "type": kind,
            "version": version("gridhouse"),
            "network": self.network.lower(),
            "code": self.network.lower(),
        }
        if region:
            answer["region"] = region
        now = datetime.now(timezone(self.offset)).replace(microsecond=0)
        answer |= {"created_at": now.isoformat(), "data": series}
        _replace(path, json.dumps(answer, allow_nan=False))
        yield path


def _with_lists(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows of a table of series, with numpy arrays for its lists."""
    plain = table.drop_columns(["slots", "data"]).to_pylist()
    slots, data = table["slots"].combine_chunks(), table["data"].combine_chunks()
    for n, row in enumerate(plain):
        yield row | {"slots": slots[n].values.to_numpy(), "data": data[n].values.to_numpy()}


def on_grid(slots: np.ndarray, values: np.ndarray) -> list[float | int | None]:
    """Values (n,) of rising slots (n,) as one list from the first to the last slot; None between.

    Numbers have four significant digits, and all digits before the point; whole ones are integers.
    """
    rounded = shown(values)
    whole = rounded == np.trunc(rounded)
    numbers = [int(v) if w else float(v) for v, w in zip(rounded, whole, strict=True)]
    out: list[float | int | None] = [None] * int(slots[-1] - slots[0] + 1)
    for place, number in zip((slots - slots[0]).tolist(), numbers, strict=True):
        out[place] = number
    return out


def shown(values: np.ndarray) -> np.ndarray:
    """Values (n,) as the files show them: 4 significant digits, whole numbers from 1,000 on."""
    size = np.abs(values)
    with np.errstate(divide="ignore"):
        digits = np.where(size > 0, 3 - np.floor(np.log10(size)), 0)
    return np.array(
        [round(v, max(int(d), 0)) for v, d in zip(values.tolist(), digits, strict=True)]
    )


def _place(folder: Path, network: str, region: str | None) -> Path:
    below = folder / "v4" / "stats" / "au" / network
    return below / region if region else below


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
