"""A network's day in ERCOT's files, against its arrays, its truth, and the physics of prices."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

import synthetic
from extract.catalogue import load_catalogue
from extract.run import Run
from synthetic import synth
from synthetic.ercot_network import NetworkMarket, market_day
from tests.synthetic.conftest import AUTUMN, DAY, SEED, SPRING
from tests.synthetic.reading import central, member, members, rows, zips

POINTS = 60
ZONES = ("COAST", "EAST", "FAR_WEST", "NORTH", "NORTH_C", "SOUTHERN", "SOUTH_C", "WEST")
OPTIONS = {"operators": ["ercot"], "market": "small", "points": POINTS, "batteries": 8}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both clock-change days of the small market; the truth of battery and factors beside them."""
    folder = tmp_path_factory.mktemp("network")
    for day in (AUTUMN, SPRING):
        synthetic.write(folder, SEED, day, day + DAY, **OPTIONS)
    return folder


@cache
def day_of(day: date) -> NetworkMarket:
    return market_day(SEED, day, POINTS, "small")


def of_product(folder: Path, emil_id: str, day: date) -> list[dict[str, str]]:
    """Rows of a product's files whose first column names `day`."""
    found = [r for p in zips(folder / "ercot" / emil_id) for r in rows(member(p)[1])]
    first = next(iter(found[0]))
    return [r for r in found if r[first].startswith(f"{day:%m/%d/%Y}")]


def disclosed(folder: Path, emil_id: str, name: str, day: date) -> list[dict[str, str]]:
    """Rows of a member of the disclosure of `day`."""
    posted = f"{day + 60 * DAY:%d-%b-%y}".upper()
    for path in zips(folder / "ercot" / emil_id):
        for member_name, text in members(path.read_bytes()).items():
            if member_name == f"{name}-{posted}.csv":
                return list(csv.DictReader(io.StringIO(text)))
    raise AssertionError(f"no {name} of {day}")


def run_of(row: dict[str, str], column: str, flag: str = "RepeatedHourFlag") -> datetime:
    at = datetime.strptime(row[column], "%m/%d/%Y %H:%M:%S")
    since = (at - at.replace(hour=0, minute=0, second=0)).total_seconds() / 3600
    return central(row[column][:10], since, row[flag])


@pytest.mark.parametrize("day", [AUTUMN, SPRING])
def test_prices_follow_from_what_is_published_and_the_true_shift_factors(
    day: date, network: Path
) -> None:
    """LMP - lambda = -sum mu H, with nothing but the files and `truth/ptdf_rows`."""
    truth = synthetic.Truth(network).table("ptdf_rows").to_pylist()
    factor: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for r in truth:
        if r["market_date"] <= day <= r["last_market_date"]:
            factor[r["constraint_name"], r["contingency_name"]][r["location"]] = r["shift_factor"]
    energy = {
        run_of(r, "SCEDTimeStamp"): float(r.get("SystemLambda") or r["CappedSystemLambda"])
        for r in of_product(network, "NP6-322-CD", day)
    }
    shadow: dict[datetime, dict[tuple[str, str], float]] = defaultdict(dict)
    for r in of_product(network, "NP6-86-CD", day):
        key = r["ConstraintName"], r["ContingencyName"]
        shadow[run_of(r, "SCEDTimeStamp")][key] = float(r["ShadowPrice"])
    congested, spread = 0, []
    for r in of_product(network, "NP6-788-CD", day):
        at, point = run_of(r, "SCEDTimestamp"), r["SettlementPoint"]
        congestion = sum(mu * factor[key][point] for key, mu in shadow[at].items() if mu)
        # a price has two decimals, the rest five
        assert abs(float(r["LMP"]) - energy[at] + congestion) < 0.0051, (at, point)
        congested += congestion != 0
        spread.append(congestion)
    assert congested > 1_000 and np.std(spread) > 0.1


@pytest.mark.parametrize("day", [AUTUMN, SPRING])
def test_shift_factors_are_those_of_the_network(day: date, network: Path) -> None:
    table = synthetic.Truth(network).table("ptdf_rows")
    first = date.fromordinal(day.toordinal() // 28 * 28)
    table = table.filter(pc.equal(table.column("market_date"), first))
    assert set(table.column("last_market_date").to_pylist()) == {first + 27 * DAY}
    market = day_of(day)
    known = {
        (c.name, c.contingency, point): market.factors[p, k]
        for k, c in enumerate(market.constraints)
        for p, point in enumerate(market.points)
    }
    names = ("constraint_name", "contingency_name", "location", "shift_factor")
    found = zip(*(table.column(n).to_pylist() for n in names), strict=True)
    assert {(c, o, p): f for c, o, p, f in found} == known and len(table) == len(known)


def test_binding_constraints_sit_on_their_limit(network: Path) -> None:
    seen = Counter()
    for day in (AUTUMN, SPRING):
        for emil_id, limit, flow, over in (
            ("NP6-86-CD", "Limit", "Value", "ViolatedMW"),
            ("NP4-191-CD", "ConstraintLimit", "ConstraintValue", "ViolationAmount"),
        ):
            for r in of_product(network, emil_id, day):
                price, left = float(r["ShadowPrice"]), float(r[limit]) - float(r[flow])
                top = float(r.get("MaxShadowPrice") or 1e9)
                assert 0 <= price <= top
                if price > 0:
                    assert left <= 0.051
                else:
                    assert -0.051 <= left <= 0.0201 * float(r[limit])
                    assert emil_id == "NP6-86-CD"
                assert float(r[over]) == pytest.approx(
                    -left if emil_id == "NP6-86-CD" else max(-left, 0), abs=0.051
                )
                seen[emil_id, price > 0] += 1
    assert seen["NP6-86-CD", True] > 100 and seen["NP6-86-CD", False] > 20
    assert seen["NP4-191-CD", True] > 20


@pytest.mark.parametrize("day", [AUTUMN, SPRING])
def test_units_are_disclosed_with_their_output_and_offers(day: date, network: Path) -> None:
    market = day_of(day)
    at, run = market.sced_runs()
    found = disclosed(network, "NP3-965-ER", "60d_SCED_Gen_Resource_Data", day)
    found = [r for r in found if r["Resource Type"] != "PWRSTR"]
    assert len(found) == len(at) * len(market.unit_names)
    output = market.unit_output[:, run]
    fuels, offers = set(), market.offers
    for number, r in enumerate(found):
        step, unit = divmod(number, len(market.unit_names))
        assert r["Resource Name"] == market.unit_names[unit]
        assert run_of(r, "SCED Time Stamp", "Repeated Hour Flag") == at[step].item().replace(
            tzinfo=run_of(r, "SCED Time Stamp", "Repeated Hour Flag").tzinfo
        )
        assert float(r["Telemetered Net Output"]) == pytest.approx(output[unit, step], abs=6e-5)
        # what a unit can do is rounded to 0.1
        assert float(r["Telemetered Net Output"]) <= float(r["HSL"]) + 0.051
        curve = [float(r[f"SCED1 Curve-Price{i}"]) for i in range(1, 7)]
        assert curve == [offers[unit, i // 2] for i in range(6)]
        mw = [float(r[f"SCED1 Curve-MW{i}"]) for i in range(1, 7)]
        assert mw[0] == 0 and mw == sorted(mw)
        assert mw[5] == pytest.approx(market.case.capacity_mw[unit], abs=0.051)
        assert not r["SCED1 Curve-MW7"]
        fuels.add(r["Resource Type"])
    assert (
        {"WIND", "CLLIG"}
        < fuels
        <= {
            *("WIND", "PVGR", "CLLIG", "NUC", "HYDRO", "SCGT90", "SCLE90"),
        }
    )


def test_generation_meets_load_in_the_files(network: Path) -> None:
    """Units and batteries of the disclosure add up to the true load of each run."""
    market = day_of(SPRING)
    made = Counter()
    for name in ("60d_SCED_Gen_Resource_Data", "60d_ESR_Data_in_SCED"):
        for r in disclosed(network, "NP3-965-ER", name, SPRING):
            at = run_of(r, "SCED Time Stamp", "Repeated Hour Flag")
            made[at] += float(r["Telemetered Net Output"])
    load = Counter()
    for r in synthetic.Truth(network).table("zone_states").to_pylist():
        if r["quantity"] == "LOAD" and r["market_date"] == SPRING:
            load[r["interval_start"]] += r["power_mw"]
    checked = 0
    for at, output in made.items():
        # one battery is out of the file from about nine to eleven
        if not 9 <= (at - central("03/08/2026", 0)) / timedelta(hours=1) <= 11:
            interval = at.replace(second=0) - timedelta(minutes=at.minute % 5)
            # outputs have four decimals
            assert output == pytest.approx(load[interval], abs=1e-4 * len(market.unit_names))
            checked += 1
    assert checked > 240


@pytest.mark.parametrize("day", [AUTUMN, SPRING])
def test_truth_of_zones_is_what_the_files_average(day: date, network: Path) -> None:
    table = synthetic.Truth(network).table("zone_states").to_pylist()
    hourly: dict[tuple[str, str, datetime], list[float]] = defaultdict(list)
    for r in table:
        if r["market_date"] == day:
            assert r["interval_end"] - r["interval_start"] == timedelta(minutes=5)
            hour = r["interval_start"].replace(minute=0)
            hourly[r["quantity"], r["location"], hour].append(r["power_mw"])
    able = {"WIND_AVAILABLE", "SOLAR_AVAILABLE"}
    assert {q for q, _, _ in hourly} == {"LOAD", "WIND", "SOLAR", "OUTAGE"} | able
    page = Path(__file__, "../../../docs/cookbook/synthetic_market.md").resolve().read_text()
    (told,) = (line for line in page.splitlines() if line.startswith("| `zone_states` |"))
    assert all(f"`{quantity}`" in told for quantity, _, _ in hourly)
    assert {len(v) for v in hourly.values()} == {12}
    count = {AUTUMN: 25, SPRING: 23}[day]
    assert len(hourly) == 6 * 8 * count
    for r in of_product(network, "NP6-345-CD", day):
        start = central(r["OperDay"], int(r["HourEnding"][:2]) - 1, r["DSTFlag"])
        for zone in ZONES:
            assert float(r[zone]) == pytest.approx(np.mean(hourly["LOAD", zone, start]), abs=0.0051)
    # the last posting tells the whole day's wind; what could have been is the truth
    last = {}
    for r in of_product(network, "NP4-742-CD", day):
        if r["SYSTEM_WIDE_HSL"]:
            start = central(r["DELIVERY_DATE"], int(r["HOUR_ENDING"]) - 1, r["DSTFlag"])
            last[start] = float(r["SYSTEM_WIDE_HSL"]), float(r["SYSTEM_WIDE_GEN"])
    assert len(last) == count
    for start, (able, made) in last.items():
        true, produced = (
            sum(np.mean(hourly[quantity, zone, start]) for zone in ZONES)
            for quantity in ("WIND_AVAILABLE", "WIND")
        )
        assert able == pytest.approx(true, abs=0.0051)
        assert made == pytest.approx(produced, abs=0.03)
        assert 0 <= made <= able + 0.06
    wind = day_of(day).case.fuel == "wind"
    made = day_of(day).unit_output[wind].sum(axis=0).reshape(count, 12).mean(axis=1)
    assert [m for _, (_, m) in sorted(last.items())] == pytest.approx(made, abs=0.03)


@pytest.mark.parametrize("day", [AUTUMN, SPRING])
def test_a_posting_of_outages_knows_nothing_of_the_rest_of_its_hour(
    day: date, network: Path
) -> None:
    market = day_of(day)
    case, is_out = market.case, market.state.is_out
    truth = {
        (r["location"], r["interval_start"]): r["power_mw"]
        for r in synthetic.Truth(network).table("zone_states").to_pylist()
        if r["quantity"] == "OUTAGE"
    }
    places = {
        "South": ("SOUTHERN", "SOUTH_C"),
        "North": ("NORTH", "NORTH_C", "EAST"),
        "West": ("WEST", "FAR_WEST"),
        "Houston": ("COAST",),
    }
    first, changed = market.hours.start[0], 0
    posted = {}
    for r in synthetic.Truth(network).table("fct_outage_intervals").to_pylist():
        # of the hour under way
        late = (r["issued_at"] - r["interval_start"]).total_seconds()
        if r["market_date"] == day and r["outage_kind"] == "RESOURCE" and 0 <= late < 3600:
            assert late == 87
            posted[r["location"], r["interval_start"]] = r["outage_mw"]
    # neither passage of autumn's hour that is told once is in the truth
    assert len(posted) == 4 * 23
    for (place, start), mw in posted.items():
        seconds = (np.datetime64(start.replace(tzinfo=None), "s") - first).astype(int)
        now = int(seconds) // 300
        zones = places[place.capitalize()]
        here = np.isin(np.array(ZONES)[case.zone[case.unit_bus]], zones) * case.capacity_mw
        assert mw == np.round(here @ is_out[:, now])
        changed += bool((is_out[here > 0, now : now + 12] != is_out[here > 0, now][:, None]).any())
        of_hour = [start + n * timedelta(minutes=5) for n in range(12)]
        told = [sum(truth[zone, at] for zone in zones) for at in of_hour]
        assert told == pytest.approx([here @ is_out[:, now]] * 12)
    assert changed


def test_batteries_are_those_of_the_dispatch(network: Path) -> None:
    market = day_of(SPRING)
    at, _ = market.sced_runs()
    states = [
        r
        for r in synthetic.Truth(network).table("battery_states").to_pylist()
        if r["market_date"] == SPRING
    ]
    batteries = market.own_batteries(8)
    assert len(states) == len(at) * len(batteries)
    shown = {
        (run_of(r, "SCED Time Stamp", "Repeated Hour Flag"), r["Resource Name"]): r
        for r in disclosed(network, "NP3-965-ER", "60d_ESR_Data_in_SCED", SPRING)
    }
    power = {(b.power_mw, b.energy_mwh) for b in batteries}
    known = zip(market.batteries.power_mw, market.batteries.energy_mwh, strict=True)
    assert power <= {(float(p), float(e)) for p, e in known}
    energy = {b.single: b.energy_mwh for b in batteries}
    by_battery: dict[str, list[dict]] = defaultdict(list)
    for r in states:
        assert 0 < r["soc_mwh"] < energy[r["resource"]]
        row = shown.get((r["run_at"], r["resource"]))
        if row:
            assert float(row["State of Charge"]) == pytest.approx(r["soc_mwh"], abs=0.0051)
            assert float(row["Telemetered Net Output"]) == pytest.approx(r["output_mw"], abs=1e-9)
        by_battery[r["resource"]].append(r)
    assert len(shown) > 0.8 * len(states)
    for battery in batteries:
        path = sorted(by_battery[battery.single], key=lambda r: r["run_at"])
        for before, after in pairwise(path):
            # output is that of the first run until the clock's mark, then that of the second
            mark = after["run_at"].replace(second=0)
            mark -= timedelta(minutes=mark.minute % 5)
            mark = max(mark, before["run_at"])
            gain = 0.0
            for since, until, mw in (
                (before["run_at"], mark, before["output_mw"]),
                (mark, after["run_at"], after["output_mw"]),
            ):
                factor = battery.charge_efficiency if mw < 0 else 1 / battery.discharge_efficiency
                hours = (until - since).total_seconds() / 3600
                gain -= (mw * factor + battery.auxiliary_mw) * hours
            # a skipped run hides a change of output
            if (after["run_at"] - before["run_at"]) < timedelta(minutes=6):
                assert after["soc_mwh"] - before["soc_mwh"] == pytest.approx(gain, abs=1e-4)


def test_days_do_not_depend_on_the_range_nor_on_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = date(2026, 6, 15)
    options = {"start": start, "points": 20}
    monkeypatch.setattr(synth, "FEW_DAYS", 2)
    synth.synth(tmp_path / "both", "small", SEED, days=2, **options)
    for day in range(2):
        more = {**options, "start": start + day * DAY}
        synth.synth(tmp_path / "each", "small", SEED, days=1, **more)
    synth.synth(tmp_path / "other", "small", SEED + 1, days=1, **options)

    def content(part: str) -> dict[str, bytes]:
        folder = tmp_path / part
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.*")}

    assert content("both") == content("each")
    assert len(content("both")) > 1_500
    assert content("other").keys() != content("both").keys()


def test_further_days_add_to_the_shift_factors_that_are_kept(tmp_path: Path) -> None:
    start = date(2026, 6, 15)
    known = set()
    for day in (start, start + DAY, start + 40 * DAY):
        synth.synth(tmp_path, "small", SEED, start=day, days=1, points=20)
        market = market_day(SEED, day, 20, "small")
        known |= {(day.toordinal() // 28, c.name, c.contingency) for c in market.constraints}
        table = synthetic.Truth(tmp_path).table("ptdf_rows").to_pylist()
        found = Counter(
            (r["market_date"].toordinal() // 28, r["constraint_name"], r["contingency_name"])
            for r in table
        )
        assert found == dict.fromkeys(known, 20)


def test_a_folder_takes_one_market(tmp_path: Path) -> None:
    options = {"start": date(2026, 6, 15), "days": 1, "points": 30}
    synth.synth(tmp_path / "a", "small", 1, **options)
    assert json.loads((tmp_path / "a" / "truth" / "market.json").read_text()) == {
        "market": "small",
        "seed": 1,
        "points": 30,
    }
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "notes.txt").write_text("mine")
    for wrong, said in (
        (("a", "small", 2, options), "holds market small, seed 1, points 30"),
        (("a", "ci", 1, options), "holds market small"),
        (("a", "small", 1, {**options, "points": 40}), "holds market small"),
        (("b", "small", 1, options), "not empty"),
        (("c", "big", 1, options), "small, ci, year"),
        (("c", "small", 1, {**options, "days": 0}), "at least 1"),
        (("c", "small", 1, {**options, "points": 4}), "none of the 4 settlement points"),
    ):
        folder, market, seed, rest = wrong
        with pytest.raises(ValueError, match=said):
            synth.synth(tmp_path / folder, market, seed, **rest)
    assert not (tmp_path / "c").exists()


def test_the_files_land_whole_and_without_drift(network: Path, prepared_data: Path) -> None:
    catalogue = load_catalogue()
    with Run(prepared_data, catalogue) as run:
        run.prepare()
        run.from_folder(network / "ercot", list(catalogue))
    assert run.report.problems == [] and run.report.warnings == []
    for folder in (network / "ercot").iterdir():
        of = run.report.of(f"ercot_{folder.name.lower().replace('-', '_')}")
        assert of.files == len(zips(folder)) and of.rejected == of.quarantined == of.empty == 0
        assert of.rows == sum(
            len(rows(text)) for p in zips(folder) for text in members(p.read_bytes()).values()
        )
