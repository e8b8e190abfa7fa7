"""ERCOT's hourly postings of forecasts and outages: layouts, clock changes, truth, landing."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

import synthetic
from extract.catalogue import load_catalogue
from extract.run import Run
from synthetic.ercot_market import Day
from tests.synthetic.conftest import AUTUMN, DAY, SEED, SPRING
from tests.synthetic.reading import CENTRAL, HOUR, central, member, rows, zips

LOAD, WIND, SUN, OUT = "NP3-565-CD", "NP4-742-CD", "NP4-745-CD", "NP3-233-CD"
FEEDS = {i: f"ercot_{i.lower().replace('-', '_')}" for i in (LOAD, WIND, SUN, OUT)}
# column of the load file -> zone, in the order of the file
ZONES = {
    "Coast": "COAST",
    "East": "EAST",
    "FarWest": "FAR_WEST",
    "North": "NORTH",
    "NorthCentral": "NORTH_C",
    "SouthCentral": "SOUTH_C",
    "Southern": "SOUTHERN",
    "West": "WEST",
}
REGIONS = {
    WIND: ["PANHANDLE", "COASTAL", "SOUTH", "WEST", "NORTH"],
    SUN: ["CenterWest", "NorthWest", "FarWest", "FarEast", "SouthEast", "CenterEast"],
}
KINDS = {WIND: ["COP_HSL", "STWPF", "WGRPP"], SUN: ["COP_HSL", "STPPF", "PVGRPP"]}


def renewable_header(emil_id: str) -> str:
    names = ["DELIVERY_DATE", "HOUR_ENDING", "SYSTEM_WIDE_GEN"]
    names += [f"{kind}_SYSTEM_WIDE" for kind in KINDS[emil_id]]
    for region in REGIONS[emil_id]:
        names += [f"{kind}_{region}" for kind in ["GEN", *KINDS[emil_id]]]
    return ",".join([*names, "SYSTEM_WIDE_HSL", "DSTFlag"])


HEADERS = {
    LOAD: f"DeliveryDate,HourEnding,{','.join(ZONES)},SystemTotal,Model,InUseFlag,DSTFlag",
    WIND: renewable_header(WIND),
    SUN: renewable_header(SUN),
    OUT: ",".join(
        [
            "Date",
            "HourEnding",
            *[
                f"{kind}Zone{zone}"
                for kind in ("TotalResourceMW", "TotalIRRMW", "TotalNewEquipResourceMW")
                for zone in ("South", "North", "West", "Houston")
            ],
        ]
    ),
}


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both clock-change days, whole."""
    folder = tmp_path_factory.mktemp("posted")
    for day in (AUTUMN, SPRING):
        options = {"operators": ["ercot"], "feeds": list(FEEDS.values())}
        synthetic.write(folder, SEED, day, day + DAY, **options)
    return folder


@cache
def postings(folder: Path, emil_id: str, day: date) -> list[tuple[datetime, list[dict[str, str]]]]:
    """When each posting of a day was made (UTC), with its rows, oldest first."""
    found = []
    for path in zips(folder / "ercot" / emil_id):
        stamp = re.search(r"\.(\d{8}\.\d{6})\d{3}\.", path.name).group(1)
        local = datetime.strptime(stamp, "%Y%m%d.%H%M%S")
        at = local.replace(tzinfo=CENTRAL, fold=int("_xhr" in path.name)).astimezone(UTC)
        # the last posting of wind and sun comes after midnight
        owner = at - (1 if emil_id in KINDS else 0) * HOUR
        if owner.astimezone(CENTRAL).date() == day:
            found.append((at, rows(member(path)[1])))
    return sorted(found, key=lambda p: p[0])


clock = cache(central)


def start(row: dict[str, str]) -> datetime:
    """Instant of a row's hour, from what the row says."""
    day, hour = (row[k] for k in list(row)[:2])
    return clock(day, int(hour.split(":")[0]) - 1, row.get("DSTFlag", "N"))


@pytest.mark.parametrize("emil_id", HEADERS)
def test_headers(emil_id: str, posted: Path) -> None:
    for path in zips(posted / "ercot" / emil_id):
        assert member(path)[1].splitlines()[0] == HEADERS[emil_id]


@pytest.mark.real
def test_headers_are_those_of_published_files(real_data: Path) -> None:
    for emil_id, name in ((LOAD, "*.csv"), (SUN, "*.csv"), (OUT, "hroc_2025*.csv")):
        (path,) = (real_data / "ercot" / emil_id).glob(name)
        assert path.read_text().splitlines()[0] == HEADERS[emil_id]


@pytest.mark.parametrize(("day", "count"), [(AUTUMN, 25), (SPRING, 23)])
@pytest.mark.parametrize("emil_id", [LOAD, WIND, SUN])
def test_a_posting_each_hour_shows_every_hour_once_a_week_ahead(
    emil_id: str, day: date, count: int, posted: Path
) -> None:
    found = postings(posted, emil_id, day)
    midnight = datetime(day.year, day.month, day.day, tzinfo=CENTRAL).astimezone(UTC)
    assert len(found) == count
    for number, (at, lines) in enumerate(found):
        # load at half past the hour under way, the others 55 minutes after it
        least = number + (0.5 if emil_id == LOAD else 1.9)
        assert timedelta(0) <= at - midnight - least * HOUR < timedelta(minutes=6)
        hours = [start(r) for r in lines]
        wanted = [midnight + n * HOUR for n in range(number + 168)]
        assert hours == [h for h in wanted for _ in range(3 if emil_id == LOAD else 1)]


def test_outages_begin_with_the_hour_under_way_and_tell_the_repeated_hour_once(
    posted: Path,
) -> None:
    for day, count in ((AUTUMN, 24), (SPRING, 23)):
        found = postings(posted, OUT, day)
        # nothing is posted of which every row could be the other passage
        for at, lines in found:
            local = (at - timedelta(seconds=87)).astimezone(CENTRAL)
            first = (local + HOUR) if (day == AUTUMN and local.fold) else local
            assert lines[0]["HourEnding"] == f"{first.hour + 1:02d}"
            keys = [(r["Date"], r["HourEnding"]) for r in lines]
            assert len(keys) == len(set(keys))
        today = {r["HourEnding"] for r in found[0][1] if r["Date"] == f"{day:%m/%d/%Y}"}
        assert len(today) == count


def test_one_model_is_in_use_and_zones_add_up(posted: Path) -> None:
    for day in (AUTUMN, SPRING):
        used = set()
        for _, lines in postings(posted, LOAD, day):
            for first in range(0, len(lines), 3):
                three = lines[first : first + 3]
                assert [r["Model"] for r in three] == ["A3", "A6", "E"]
                assert sorted(r["InUseFlag"] for r in three) == ["N", "N", "Y"]
                used |= {r["Model"] for r in three if r["InUseFlag"] == "Y"}
                for r in three:
                    assert round(sum(float(r[z]) for z in ZONES), 2) == float(r["SystemTotal"])
        assert len(used) == 1


def test_output_is_told_up_to_the_hour_before_and_is_that_of_the_market(posted: Path) -> None:
    inside = {
        WIND: ("SOUTH", [5, 6]),  # SOUTHERN and SOUTH_C in the order of the actual loads
        SUN: ("CenterEast", [4, 6]),  # NORTH_C and SOUTH_C
    }
    market = Day(SEED, SPRING, 20)
    for emil_id, made in ((WIND, market.actual_wind), (SUN, market.actual_sun)):
        region, zones = inside[emil_id]
        for number, (_, lines) in enumerate(postings(posted, emil_id, SPRING)):
            told = [r for r in lines if r["SYSTEM_WIDE_GEN"]]
            assert told == lines[: number + 1]
            assert [float(r[f"GEN_{region}"]) for r in told] == pytest.approx(
                made[zones].sum(axis=0)[: number + 1], abs=0.006
            )
            assert all(r["SYSTEM_WIDE_HSL"] == r["SYSTEM_WIDE_GEN"] for r in lines)


def test_forecasts_are_closer_the_later_they_are_made() -> None:
    market = Day(SEED, SPRING, 20)
    week = [Day(SEED, SPRING + n * DAY, 20) for n in range(9)]
    for name in ("load", "wind", "sun"):
        truth = np.hstack([getattr(d, f"actual_{name}") for d in week])
        said = np.array([getattr(market, f"forecast_{name}")(at) for at in market.hours.start])
        error = np.array([said[h] - truth[:, h + 1 : h + 169] for h in range(23)])
        assert (said >= 0).all()
        assert np.abs(error[:, :, :6]).mean() < 0.5 * np.abs(error[:, :, 120:]).mean()
        # no bias of the size of the error
        assert abs(error.mean()) < 0.2 * np.abs(error).mean()


def truth_of(folder: Path, mart: str, feed: str, *names: str) -> Counter:
    table = synthetic.Truth(folder).table(mart).select(["feed", *names])
    table = table.filter(pc.equal(table.column("feed"), feed))
    return Counter(zip(*(table.column(n).to_pylist() for n in names), strict=True))


def test_truth_equals_the_files(posted: Path) -> None:
    both = [p for d in (AUTUMN, SPRING) for p in postings(posted, LOAD, d)]
    names = ("issued_at", "interval_start", "market_date", "model", "is_in_use", "location")
    columns = {**ZONES, "SystemTotal": "ERCOT"}
    assert truth_of(
        posted, "fct_load_forecast_intervals", FEEDS[LOAD], *names, "load_mw"
    ) == Counter(
        (
            at,
            begins,
            begins.astimezone(CENTRAL).date(),
            r["Model"],
            r["InUseFlag"] == "Y",
            zone,
            float(r[column]),
        )
        for at, lines in both
        for r, begins in zip(lines, map(start, lines), strict=True)
        for column, zone in columns.items()
    )
    for emil_id in (WIND, SUN):
        both = [p for d in (AUTUMN, SPRING) for p in postings(posted, emil_id, d)]
        names = ("issued_at", "interval_start", "location", "forecast_kind", "generation_mw")
        assert truth_of(
            posted, "fct_renewable_forecast_intervals", FEEDS[emil_id], *names
        ) == Counter(
            (at, start(r), region, kind, float(r[f"{kind}_{region}"]))
            for at, lines in both
            for r in lines
            for region in REGIONS[emil_id]
            for kind in KINDS[emil_id]
        )
        names = ("interval_start", "location", "generation_mw")
        told = {
            (start(r), region, float(r[f"GEN_{region}"]))
            for _, lines in both
            for r in lines
            if r["SYSTEM_WIDE_GEN"]
            for region in REGIONS[emil_id]
        }
        assert truth_of(posted, "fct_generation_intervals", FEEDS[emil_id], *names) == Counter(told)


def test_truth_of_outages_leaves_out_the_hour_that_no_flag_tells(posted: Path) -> None:
    kinds = {
        "TotalResourceMW": "RESOURCE",
        "TotalIRRMW": "IRR",
        "TotalNewEquipResourceMW": "NEW_EQUIPMENT",
    }
    names = ("issued_at", "interval_start", "outage_kind", "location", "outage_mw")
    assert truth_of(posted, "fct_outage_intervals", FEEDS[OUT], *names) == Counter(
        (at, start(r), word, zone.upper(), float(r[f"{kind}Zone{zone}"]))
        for d in (AUTUMN, SPRING)
        for at, lines in postings(posted, OUT, d)
        for r in lines
        if (r["Date"], r["HourEnding"]) != ("11/02/2025", "02")
        for kind, word in kinds.items()
        for zone in ("South", "North", "West", "Houston")
    )


def test_the_files_land_whole_and_without_drift(posted: Path, prepared_data: Path) -> None:
    catalogue = load_catalogue()
    with Run(prepared_data, catalogue) as run:
        run.prepare()
        run.from_folder(posted, list(catalogue))
    assert run.report.problems == [] and run.report.warnings == []
    for emil_id, feed in FEEDS.items():
        of = run.report.of(feed)
        assert (of.files, of.rejected, of.quarantined, of.empty) == (48, 0, 0, 0)
        assert of.rows == sum(len(rows(member(p)[1])) for p in zips(posted / "ercot" / emil_id))


def test_fewer_postings_on_request(tmp_path: Path) -> None:
    options = {"operators": ["ercot"], "feeds": list(FEEDS.values()), "forecast_hours": 6}
    synthetic.write(tmp_path, SEED, SPRING, SPRING + DAY, **options)
    for emil_id in FEEDS:
        found = postings(tmp_path, emil_id, SPRING)
        assert [(b - a) / HOUR for (a, _), (b, _) in pairwise(found)] == [6] * 3
    with pytest.raises(ValueError, match="at least 1"):
        synthetic.write(tmp_path, 1, SPRING, SPRING + DAY, forecast_hours=0)
