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
from gridhouse.exports import opennem_series as sql
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
        for table in sql.ENERGY | sql.POWER | sql.TEMPERATURE:
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
            series = self._series(sql.ENERGY, DAYS, region, *days)
            yield from self._file(below / f"{year}.json", "energy", region, series)
        # a month that is not over would look like a fall
        end = (
            last if (last + timedelta(days=1)).day == 1 else last.replace(day=1) - timedelta(days=1)
        )
        if end >= first:
            series = self._series(sql.ENERGY, MONTHS, region, first, end)
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
                    and {sql.LISTED} and fuel_tech != 'SOLAR_ROOFTOP'
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
        series = self._series(sql.POWER, grid, region, *days, slots)
        halves = (slots[0] // 6, slots[1] // 6)
        series += self._series(sql.TEMPERATURE, HALF_HOURS, region, *days, halves)
        series.sort(key=lambda s: s["id"])
        below = _place(folder, self.network, region) / "power"
        yield from self._file(below / f"{DAYS_OF_POWER}d.json", "power", region, series)

    def _days(self, region: str | None) -> tuple[date | None, date | None]:
        """First and last day of anything."""
        days = " union all ".join(
            f"select market_date from {t} where {self._where(region)}" for t in sql.TABLES_OF_DAYS
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
                sign=sql.SIGN,
                listed=sql.LISTED,
                covered=sql.COVERED,
                ended=sql.ENDED,
                sums=sql.SUMS,
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
                slots_there = sql.WHOLE_SLOTS.format(
                    table=table,
                    slot=grid.slot,
                    days="day(last_day(counted.first_day))" if grid is MONTHS else "1",
                    place=self._where(region),
                )
                whole = f"and slot in ({slots_there})"
            query = sql.LISTS.format(rows=rows, whole=whole)
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
