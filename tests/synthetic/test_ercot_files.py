"""ERCOT files: names, layouts, clock changes, and agreement with the truth."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import synthetic
from synthetic.ercot_market import shift_factors
from synthetic.shapes import energy_curve
from tests.synthetic.conftest import AUTUMN, DAY, SEED, SPRING
from tests.synthetic.reading import CENTRAL, central, member, rows, zips

HEADERS = {
    "NP4-190-CD": "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag",
    "NP4-188-CD": "DeliveryDate,HourEnding,AncillaryType,MCPC,DSTFlag",
    "NP4-191-CD": "DeliveryDate,HourEnding,ConstraintID,ConstraintName,ContingencyName,"
    "ConstraintLimit,ConstraintValue,ViolationAmount,ShadowPrice,FromStation,ToStation,"
    "FromStationkV,ToStationkV,DeliveryTime,DSTFlag",
    "NP6-905-CD": "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,"
    "SettlementPointType,SettlementPointPrice,DSTFlag",
    "NP6-788-CD": "SCEDTimestamp,RepeatedHourFlag,SettlementPoint,LMP",
    "NP6-322-CD": "SCEDTimeStamp,RepeatedHourFlag,CappedSystemLambda,UncappedSystemLambda",
    "NP6-86-CD": "SCEDTimeStamp,RepeatedHourFlag,ConstraintID,ConstraintName,ContingencyName,"
    "ShadowPrice,MaxShadowPrice,Limit,Value,ViolatedMW,FromStation,ToStation,FromStationkV,"
    "ToStationkV,CCTStatus",
    "NP6-331-CD": "DeliveryDate,DeliveryHour,DeliveryInterval,RepeatedHourFlag,ASType,MCPC",
    "NP6-345-CD": "OperDay,HourEnding,COAST,EAST,FAR_WEST,NORTH,NORTH_C,SOUTHERN,SOUTH_C,WEST,"
    "TOTAL,DSTFlag",
}
# of NP6-322-CD until 2026
ONE_LAMBDA = "SCEDTimeStamp,RepeatedHourFlag,SystemLambda"
NAME = re.compile(r"cdr\.\d{8}\.0{16}\.\d{8}\.\d{9}\.\w+NP\d+\w*_csv\.zip")


def of_day(folder: Path, emil_id: str, day: date) -> list[dict[str, str]]:
    """All rows of a product whose date column (or run stamp) says `day`."""
    found = []
    for path in zips(folder / "ercot" / emil_id):
        found += rows(member(path)[1])
    first = HEADERS[emil_id].split(",")[0]
    return [r for r in found if r[first].startswith(f"{day:%m/%d/%Y}")]


@pytest.mark.parametrize("emil_id", HEADERS)
def test_names_members_and_headers(emil_id: str, clock_changes: Path) -> None:
    for path in zips(clock_changes / "ercot" / emil_id):
        assert NAME.fullmatch(path.name), path.name
        name, text = member(path)
        # the member repeats the name without milliseconds
        head, stamp, stem = re.fullmatch(
            r"(cdr\.\d{8}\.0{16})\.(\d{8}\.\d{6})\d{3}\.(.+)_csv\.zip", path.name
        ).groups()
        assert name == f"{head}.{stamp}.{stem}.csv"
        old = emil_id == "NP6-322-CD" and "NP6322_2025" in path.name
        assert text.splitlines()[0] == (ONE_LAMBDA if old else HEADERS[emil_id])
        assert "\r" not in text and text.endswith("\n")


@pytest.mark.parametrize(("day", "count"), [(AUTUMN, 25), (SPRING, 23)])
@pytest.mark.parametrize("emil_id", ["NP4-190-CD", "NP4-188-CD", "NP6-345-CD"])
def test_hours_of_the_clock_change_days(
    emil_id: str, day: date, count: int, clock_changes: Path
) -> None:
    found = of_day(clock_changes, emil_id, day)
    hours = list(dict.fromkeys((r["HourEnding"], r["DSTFlag"]) for r in found))
    assert len(hours) == count
    if day == AUTUMN:
        at = hours.index(("02:00", "N"))
        assert hours[at + 1] == ("02:00", "Y")
        assert [h for h, flag in hours if flag == "Y"] == ["02:00"]
    else:
        assert "03:00" not in [h for h, _ in hours]
        assert [h for h, _ in hours][1:4] == ["02:00", "04:00", "05:00"]
    starts = [central(f"{day:%m/%d/%Y}", int(h[:2]) - 1, flag) for h, flag in hours]
    steps = {b - a for a, b in pairwise(starts)}
    assert steps == {timedelta(hours=1)}


def test_quarter_hours_and_the_repeated_hour_in_names(clock_changes: Path) -> None:
    paths = zips(clock_changes / "ercot" / "NP6-905-CD")
    by_day: dict[str, list[tuple[Path, dict[str, str]]]] = {}
    for path in paths:
        first = rows(member(path)[1])[0]
        by_day.setdefault(first["DeliveryDate"], []).append((path, first))
    assert {d: len(found) for d, found in by_day.items()} == {"11/02/2025": 100, "03/08/2026": 92}
    for path, r in by_day["11/02/2025"]:
        start = central(
            r["DeliveryDate"],
            int(r["DeliveryHour"]) - 1 + (int(r["DeliveryInterval"]) - 1) / 4,
            r["DSTFlag"],
        )
        local = (start + timedelta(minutes=15)).astimezone(CENTRAL)
        # the stamp is the end of the interval, and its second passage is marked
        mark = "_xhr" if local.fold else ""
        assert f"SPPHLZNP6905_{local:%Y%m%d_%H%M}{mark}_csv.zip" in path.name
    assert sum("xhr" in p.name for p in paths) == 4


def test_zones_come_twice_and_may_differ(clock_changes: Path) -> None:
    found = of_day(clock_changes, "NP6-905-CD", AUTUMN)
    price = {
        (
            r["DeliveryHour"],
            r["DeliveryInterval"],
            r["DSTFlag"],
            r["SettlementPointName"],
            r["SettlementPointType"],
        ): float(r["SettlementPointPrice"])
        for r in found
    }
    assert len(price) == len(found)
    twins = [(p, price[(*k[:4], "LZEW")]) for k, p in price.items() if k[4] == "LZ"]
    assert twins and any(a != b for a, b in twins) and any(a == b for a, b in twins)


def test_layout_of_values(clock_changes: Path) -> None:
    _, text = member(zips(clock_changes / "ercot" / "NP6-788-CD")[0])
    assert all(re.fullmatch(r" *-?\d+\.\d\d", x.split(",")[3]) for x in text.splitlines()[1:])
    assert {len(x.split(",")[3]) for x in text.splitlines()[1:]} == {12}
    _, text = member(zips(clock_changes / "ercot" / "NP4-190-CD")[0])
    assert all(x.split(",")[3][0] == " " for x in text.splitlines()[1:])
    _, text = member(zips(clock_changes / "ercot" / "NP4-191-CD")[0])
    for line in text.splitlines()[1:]:
        cells = line.split(",")
        assert all(c.startswith(" ") for c in cells[3:-1]) and not cells[2].startswith(" ")
        begins = datetime.strptime(cells[-2], " %m/%d/%Y %H:%M:%S")
        assert begins.hour == int(cells[1][:2]) - 1
    for r in of_day(clock_changes, "NP6-345-CD", SPRING):
        zones = HEADERS["NP6-345-CD"].split(",")[2:10]
        assert round(sum(float(r[z]) for z in zones), 2) == float(r["TOTAL"])


def test_one_lambda_for_each_run_of_the_prices(clock_changes: Path) -> None:
    for day, column in ((AUTUMN, "SystemLambda"), (SPRING, "CappedSystemLambda")):
        found = of_day(clock_changes, "NP6-322-CD", day)
        runs = [(r["SCEDTimeStamp"], r["RepeatedHourFlag"]) for r in found]
        prices = of_day(clock_changes, "NP6-788-CD", day)
        assert len(runs) == len(set(runs))
        assert set(runs) == {(r["SCEDTimestamp"], r["RepeatedHourFlag"]) for r in prices}
        assert all(re.fullmatch(r"-?\d+(\.\d{1,5})?", r[column]) for r in found)
        assert {s[11:13] for s, flag in runs if flag == "Y"} == ({"01"} if day == AUTUMN else set())
    # one row a file, and the stamp of the name is the run's
    for path in zips(clock_changes / "ercot" / "NP6-322-CD"):
        (row,) = rows(member(path)[1])
        run = datetime.strptime(row["SCEDTimeStamp"], "%m/%d/%Y %H:%M:%S")
        mark = "_xhr" if row["RepeatedHourFlag"] == "Y" else ""
        assert f"SCEDSYSLAMBDANP6322_{run:%Y%m%d_%H%M%S}{mark}_csv.zip" in path.name


def test_the_uncapped_lambda_passes_the_cap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # every evening spikes, by 200 at least
    monkeypatch.setattr("synthetic.ercot_market.CAP", 201.0)
    monkeypatch.setattr("synthetic.ercot_market.energy_curve", partial(energy_curve, scarcity=1.0))
    options = {"operators": ["ercot"], "feeds": ["ercot_np6_322_cd"], "hours": (16, 22)}
    synthetic.write(tmp_path, SEED, SPRING, SPRING + DAY, **options)
    found = [
        (float(r["CappedSystemLambda"]), float(r["UncappedSystemLambda"]))
        for r in of_day(tmp_path, "NP6-322-CD", SPRING)
    ]
    assert all(capped == min(uncapped, 201.0) for capped, uncapped in found)
    above = sum(uncapped > 201.0 for _, uncapped in found)
    assert 0 < above < len(found) / 2


def test_runs_are_off_the_grid_and_newest_first_in_constraints(clock_changes: Path) -> None:
    stamps = sorted({r["SCEDTimestamp"] for r in of_day(clock_changes, "NP6-788-CD", SPRING)})
    assert 260 <= len(stamps) <= 300
    assert not [s for s in stamps if s[11:13] == "02"]
    for path in zips(clock_changes / "ercot" / "NP6-86-CD"):
        found = rows(member(path)[1])
        order = [(r["RepeatedHourFlag"], r["SCEDTimeStamp"]) for r in found]
        assert order == sorted(order, reverse=True)
        for r in found:
            assert float(r["ViolatedMW"]) == pytest.approx(float(r["Value"]) - float(r["Limit"]))
            assert (r["FromStation"] == "") == (r["ContingencyName"] == "BASE CASE")


def test_constraints_explain_prices(clock_changes: Path) -> None:
    names = ["HB_NORTH", "HB_WEST", "LZ_WEST"]
    factors = dict(zip(names, shift_factors(SEED, names), strict=True))
    shadow: dict[str, dict[str, float]] = {}
    for r in of_day(clock_changes, "NP6-86-CD", SPRING):
        shadow.setdefault(r["SCEDTimeStamp"], {})[r["ConstraintName"]] = float(r["ShadowPrice"])
    order = ["SYN_N_TO_H", "SYNW_EXP_1", "138_SYN_NAL_1", "SYNKENA_MATH1_1", "SYNTS_FRTER_1B_1"]
    energy = {
        r["SCEDTimeStamp"]: float(r["CappedSystemLambda"])
        for r in of_day(clock_changes, "NP6-322-CD", SPRING)
    }
    price: dict[str, dict[str, float]] = {}
    for r in of_day(clock_changes, "NP6-788-CD", SPRING):
        price.setdefault(r["SCEDTimestamp"], {})[r["SettlementPoint"]] = float(r["LMP"])
    binding = 0
    for stamp, by_point in price.items():
        mu = np.array([shadow.get(stamp, {}).get(c, 0.0) for c in order])
        binding += bool(mu.any())
        for name in names:
            # a price has two decimals, the rest five
            expected = energy[stamp] - factors[name] @ mu
            assert by_point[name] == pytest.approx(expected, abs=0.0051)
    assert binding > 20


def test_eras(tmp_path: Path) -> None:
    for day in (date(2011, 3, 1), date(2023, 6, 9), date(2023, 6, 10)):
        feeds = ["ercot_np4_190_cd", "ercot_np4_188_cd"]
        synthetic.write(tmp_path, SEED, day, day + DAY, operators=["ercot"], feeds=feeds)
    old, before, since = [rows(member(p)[1]) for p in zips(tmp_path / "ercot" / "NP4-188-CD")]
    assert list(old[0]) == HEADERS["NP4-188-CD"].split(",")[:-1]
    assert {r["AncillaryType"] for r in before} == {"REGDN", "REGUP", "RRS", "NSPIN"}
    assert {r["AncillaryType"] for r in since} == {"REGDN", "REGUP", "RRS", "NSPIN", "ECRS"}


def truth_of(folder: Path, mart: str, feed: str, *keys: str, value: str) -> Counter:
    table = synthetic.Truth(folder).table(mart).to_pylist()
    return Counter((*(r[k] for k in keys), r[value]) for r in table if r["feed"] == feed)


def test_truth_equals_the_files(clock_changes: Path) -> None:
    def hourly(r: dict[str, str]) -> datetime:
        return central(r["DeliveryDate"], int(r["HourEnding"][:2]) - 1, r["DSTFlag"])

    both = (AUTUMN, SPRING)

    files = [r for d in both for r in of_day(clock_changes, "NP4-190-CD", d)]
    assert truth_of(
        clock_changes,
        "fct_price_intervals",
        "ercot_np4_190_cd",
        "location",
        "interval_start",
        value="price",
    ) == Counter((r["SettlementPoint"], hourly(r), float(r["SettlementPointPrice"])) for r in files)

    files = [r for d in both for r in of_day(clock_changes, "NP4-188-CD", d)]
    assert truth_of(
        clock_changes,
        "fct_ancillary_price_intervals",
        "ercot_np4_188_cd",
        "operator_product",
        "interval_start",
        value="price",
    ) == Counter((r["AncillaryType"], hourly(r), float(r["MCPC"])) for r in files)

    files = [r for d in both for r in of_day(clock_changes, "NP4-191-CD", d)]
    assert truth_of(
        clock_changes,
        "fct_constraint_intervals",
        "ercot_np4_191_cd",
        "constraint_name",
        "interval_start",
        value="shadow_price",
    ) == Counter((r["ConstraintName"].strip(), hourly(r), float(r["ShadowPrice"])) for r in files)

    files = [r for d in both for r in of_day(clock_changes, "NP6-905-CD", d)]
    assert truth_of(
        clock_changes,
        "fct_price_intervals",
        "ercot_np6_905_cd",
        "location",
        "operator_location_type",
        "interval_start",
        value="price",
    ) == Counter(
        (
            r["SettlementPointName"],
            r["SettlementPointType"],
            central(
                r["DeliveryDate"],
                int(r["DeliveryHour"]) - 1 + (int(r["DeliveryInterval"]) - 1) / 4,
                r["DSTFlag"],
            ),
            float(r["SettlementPointPrice"]),
        )
        for r in files
    )

    def run(r: dict[str, str], column: str) -> datetime:
        at = datetime.strptime(r[column], "%m/%d/%Y %H:%M:%S")
        return central(
            r[column][:10],
            (at - at.replace(hour=0, minute=0, second=0)).total_seconds() / 3600,
            r["RepeatedHourFlag"],
        )

    files = [r for d in both for r in of_day(clock_changes, "NP6-788-CD", d)]
    assert truth_of(
        clock_changes,
        "fct_price_intervals",
        "ercot_np6_788_cd",
        "location",
        "run_at",
        value="price",
    ) == Counter((r["SettlementPoint"], run(r, "SCEDTimestamp"), float(r["LMP"])) for r in files)

    files = [r for d in both for r in of_day(clock_changes, "NP6-322-CD", d)]
    lambdas = "stg_ercot__sced_system_lambdas", "ercot_np6_322_cd"
    assert truth_of(clock_changes, *lambdas, "run_at", value="price") == Counter(
        (run(r, "SCEDTimeStamp"), float(r.get("SystemLambda") or r["CappedSystemLambda"]))
        for r in files
    )
    uncapped = [r.get("UncappedSystemLambda") for r in files]
    assert truth_of(clock_changes, *lambdas, "run_at", value="uncapped_price") == Counter(
        (run(r, "SCEDTimeStamp"), float(u) if u else None)
        for r, u in zip(files, uncapped, strict=True)
    )

    files = [r for d in both for r in of_day(clock_changes, "NP6-86-CD", d)]
    assert truth_of(
        clock_changes,
        "fct_constraint_intervals",
        "ercot_np6_86_cd",
        "constraint_name",
        "run_at",
        value="violation_mw",
    ) == Counter(
        (r["ConstraintName"], run(r, "SCEDTimeStamp"), max(float(r["ViolatedMW"]), 0.0))
        for r in files
    )

    files = [r for d in both for r in of_day(clock_changes, "NP6-345-CD", d)]
    starts = [central(r["OperDay"], int(r["HourEnding"][:2]) - 1, r["DSTFlag"]) for r in files]
    assert truth_of(
        clock_changes,
        "fct_load_intervals",
        "ercot_np6_345_cd",
        "location",
        "interval_start",
        value="load_mw",
    ) == Counter(
        ("ERCOT" if zone == "TOTAL" else zone, start, float(r[zone]))
        for r, start in zip(files, starts, strict=True)
        for zone in HEADERS["NP6-345-CD"].split(",")[2:11]
    )


def test_a_correction_is_a_later_posting_with_some_values_changed(tmp_path: Path) -> None:
    synthetic.write(tmp_path, SEED, SPRING, SPRING + DAY, operators=["ercot"], points=8)
    before = set(zips(tmp_path))
    synthetic.write_corrections(
        tmp_path, SEED, SPRING, SPRING + DAY, operators=["ercot"], points=8, share=0.1
    )
    added = [p for p in zips(tmp_path) if p not in before]
    assert before <= set(zips(tmp_path))
    assert {p.parent.name for p in added} == {"NP4-190-CD", "NP4-188-CD", "NP6-905-CD"}
    assert all("_retry_" in p.name for p in added if p.parent.name == "NP6-905-CD")

    first, second = [rows(member(p)[1]) for p in zips(tmp_path / "ercot" / "NP4-190-CD")]
    changed = [a != b for a, b in zip(first, second, strict=True)]
    assert 0 < sum(changed) < len(changed) / 3
    keys = ("DeliveryDate", "HourEnding", "SettlementPoint", "DSTFlag")
    assert [[r[k] for k in keys] for r in first] == [[r[k] for k in keys] for r in second]

    table = synthetic.Truth(tmp_path).table("fct_price_intervals").to_pylist()
    dam = [r for r in table if r["feed"] == "ercot_np4_190_cd"]
    by_revision = {n: [r for r in dam if r["revision"] == n] for n in (1, 2)}
    assert [r["price"] for r in by_revision[2]] == [
        float(r["SettlementPointPrice"]) for r in second
    ]
    assert by_revision[2][0]["published_at"] > by_revision[1][0]["published_at"]
    assert by_revision[1][0]["published_at"].astimezone(UTC) < central("03/08/2026", 0)


def test_same_seed_same_bytes_and_days_do_not_depend_on_the_range(tmp_path: Path) -> None:
    options = {"operators": ["ercot", "caiso"], "points": 4, "hours": (10, 12)}
    synthetic.write(tmp_path / "a", 5, AUTUMN, AUTUMN + 2 * DAY, **options)
    synthetic.write(tmp_path / "b", 5, AUTUMN + DAY, AUTUMN + 2 * DAY, **options)
    synthetic.write(tmp_path / "c", 6, AUTUMN + DAY, AUTUMN + 2 * DAY, **options)
    content = {
        part: {p.name: p.read_bytes() for p in zips(tmp_path / part)} for part in ("a", "b", "c")
    }
    assert content["b"] and content["b"].items() <= content["a"].items()
    assert content["c"] != content["b"]


def test_wrong_arguments_say_what_is_allowed(tmp_path: Path) -> None:
    wrong = [
        ({"operators": ["pjm"]}, "ercot, caiso, nem"),
        ({"feeds": ["ercot_np4_19"]}, "ercot_np4_190_cd"),
        ({"nem_forms": ["weekly"]}, "current, archive, mmsdm"),
        ({"corrections": 2.0}, "between 0 and 1"),
        ({"hours": (5, 30)}, "between 0 and 24"),
        ({"points": 0}, "at least one"),
    ]
    for options, said in wrong:
        with pytest.raises(ValueError, match=said):
            synthetic.write(tmp_path, 1, AUTUMN, AUTUMN + DAY, **options)
    with pytest.raises(ValueError, match="after start"):
        synthetic.write(tmp_path, 1, AUTUMN, AUTUMN)
