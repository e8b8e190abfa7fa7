"""CAISO files: names, layouts, components, clock changes, and agreement with the truth."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

import synthetic
from tests.synthetic.conftest import AUTUMN, DAY, SEED, SPRING
from tests.synthetic.reading import gmt, members, rows, zips

TITLES = {
    "PRC_LMP": "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,"
    "NODE_ID,NODE,MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP",
    "PRC_INTVL_LMP": "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,NODE_ID_XML,NODE_ID,"
    "NODE,MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,VALUE,OPR_INTERVAL,"
    "GROUP",
    "PRC_AS": "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,OPR_TYPE,"
    "ANC_TYPE,ANC_REGION,MARKET_RUN_ID,XML_DATA_ITEM,MW,GROUP",
    "SLD_FCST": "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,LOAD_TYPE,OPR_DT,OPR_HR,OPR_INTERVAL,"
    "MARKET_RUN_ID,TAC_AREA_NAME,LABEL,XML_DATA_ITEM,POS,MW,EXECUTION_TYPE,GROUP",
}
VALUE = {"PRC_LMP": "MW", "PRC_INTVL_LMP": "VALUE", "PRC_AS": "MW", "SLD_FCST": "MW"}


def report(folder: Path, name: str, day: date | None = None) -> list[dict[str, str]]:
    """Rows of a report, of one trading day or all."""
    found = []
    for path in zips(folder / "caiso" / name):
        for text in members(path.read_bytes()).values():
            found += rows(text)
    return [r for r in found if day is None or r["OPR_DT"] == f"{day}"]


@pytest.mark.parametrize("name", TITLES)
def test_names_members_and_headers(name: str, clock_changes: Path) -> None:
    for path in zips(clock_changes / "caiso" / name):
        found = re.fullmatch(
            rf"(\d{{8}})_(\d{{8}})_{name}_(DAM|RTM|HASP|N)_\d{{8}}(_\d\d){{3}}_v\d+\.zip", path.name
        )
        assert found, path.name
        inside = members(path.read_bytes())
        assert len(inside) == (5 if name == "PRC_INTVL_LMP" else 1)
        for member, text in inside.items():
            assert member.startswith(f"{found[1]}_{found[2]}_{name}_{found[3]}")
            assert member.endswith(".csv")
            assert text.splitlines()[0] == TITLES[name]


@pytest.mark.parametrize("name", TITLES)
@pytest.mark.parametrize(("day", "count"), [(AUTUMN, 25), (SPRING, 23)])
def test_hours_of_the_clock_change_days(
    name: str, day: date, count: int, clock_changes: Path
) -> None:
    found = report(clock_changes, name, day)
    by_hour = {gmt(r["INTERVALSTARTTIME_GMT"]).replace(minute=0): r["OPR_HR"] for r in found}
    starts = sorted(by_hour)
    assert len(starts) == count
    assert {b - a for a, b in pairwise(starts)} == {timedelta(hours=1)}
    hours = [by_hour[s] for s in starts]
    if day == AUTUMN:
        assert hours[:4] == ["1", "2", "25", "3"] and starts[2].hour == 9
    else:
        assert hours[:4] == ["1", "2", "4", "5"] and hours[-1] == "24"
    assert {gmt(r["INTERVALENDTIME_GMT"]) - gmt(r["INTERVALSTARTTIME_GMT"]) for r in found} <= {
        timedelta(minutes=m) for m in (5, 15, 60)
    }


@pytest.mark.parametrize("name", ["PRC_LMP", "PRC_INTVL_LMP"])
def test_components_add_up(name: str, clock_changes: Path) -> None:
    parts: dict[tuple[str, str], dict[str, float]] = {}
    for r in report(clock_changes, name):
        key = r["NODE"], r["INTERVALSTARTTIME_GMT"]
        parts.setdefault(key, {})[r["LMP_TYPE"]] = float(r[VALUE[name]])
    assert all(set(p) == {"LMP", "MCE", "MCC", "MCL", "MGHG"} for p in parts.values())
    for p in parts.values():
        assert p["LMP"] == pytest.approx(p["MCE"] + p["MCC"] + p["MCL"] + p["MGHG"], abs=1e-5)
    # the energy component is the same everywhere, and a three-part sum is wrong somewhere
    energy: dict[str, set[float]] = {}
    for (_, start), p in parts.items():
        energy.setdefault(start, set()).add(p["MCE"])
    assert all(len(values) == 1 for values in energy.values())
    assert any(p["MGHG"] for p in parts.values()) and any(p["MCC"] for p in parts.values())


def test_version_1_has_four_components(tmp_path: Path) -> None:
    day = date(2018, 11, 4)
    synthetic.write(tmp_path, SEED, day, day + DAY, operators=["caiso"], feeds=["caiso_prc_lmp"])
    assert zips(tmp_path)[0].name.endswith("_v1.zip")
    found = report(tmp_path, "PRC_LMP")
    assert Counter(r["LMP_TYPE"] for r in found) == dict.fromkeys(
        ("LMP", "MCE", "MCC", "MCL"), 6 * 25
    )
    price = synthetic.Truth(tmp_path).table("fct_price_intervals")
    assert price.column("ghg_price").null_count == len(price) == 6 * 25


def test_intervals_count_only_in_real_time(clock_changes: Path) -> None:
    found = report(clock_changes, "SLD_FCST", SPRING)
    numbers = {
        run: {int(r["OPR_INTERVAL"]) for r in found if r["EXECUTION_TYPE"] == run}
        for run in ("7DA", "2DA", "DAM", "ACTUAL", "RTPD", "RTD")
    }
    assert numbers["RTPD"] == set(range(1, 5)) and numbers["RTD"] == set(range(1, 13))
    assert all(numbers[run] == {0} for run in ("7DA", "2DA", "DAM", "ACTUAL"))
    for r in report(clock_changes, "PRC_INTVL_LMP", SPRING):
        assert int(r["OPR_INTERVAL"]) == gmt(r["INTERVALSTARTTIME_GMT"]).minute // 5 + 1


def test_the_total_area_is_the_sum_of_its_parts(clock_changes: Path) -> None:
    load: dict[tuple[str, str], dict[str, float]] = {}
    for r in report(clock_changes, "SLD_FCST"):
        key = r["EXECUTION_TYPE"], r["INTERVALSTARTTIME_GMT"]
        load.setdefault(key, {})[r["TAC_AREA_NAME"]] = float(r["MW"])
    parts = ("PGE-TAC", "SCE-TAC", "SDGE-TAC", "VEA-TAC", "MWD-TAC")
    for by_area in load.values():
        assert by_area["CA ISO-TAC"] == pytest.approx(sum(by_area[p] for p in parts), abs=0.006)
        assert sum(by_area.values()) > 2 * by_area["CA ISO-TAC"]


def test_truth_equals_the_files(clock_changes: Path) -> None:
    truth = synthetic.Truth(clock_changes)
    components = {
        "LMP": "price",
        "MCE": "energy_price",
        "MCC": "congestion_price",
        "MCL": "loss_price",
        "MGHG": "ghg_price",
    }
    for name, feed in (("PRC_LMP", "caiso_prc_lmp"), ("PRC_INTVL_LMP", "caiso_prc_intvl_lmp")):
        table = truth.table("fct_price_intervals").to_pylist()
        known = Counter(
            (r["location"], r["interval_start"], kind, r[column])
            for r in table
            if r["feed"] == feed
            for kind, column in components.items()
        )
        assert known == Counter(
            (r["NODE"], gmt(r["INTERVALSTARTTIME_GMT"]), r["LMP_TYPE"], float(r[VALUE[name]]))
            for r in report(clock_changes, name)
        )
    known = Counter(
        (r["market"], r["location"], r["operator_product"], r["interval_start"], r["price"])
        for r in truth.table("fct_ancillary_price_intervals").to_pylist()
        if r["iso"] == "CAISO"
    )
    assert known == Counter(
        (
            r["MARKET_RUN_ID"],
            r["ANC_REGION"],
            r["ANC_TYPE"],
            gmt(r["INTERVALSTARTTIME_GMT"]),
            float(r["MW"]),
        )
        for r in report(clock_changes, "PRC_AS")
    )
    known = Counter(
        (r["model"], r["location"], r["interval_start"], r["load_mw"])
        for r in truth.table("fct_load_forecast_intervals").to_pylist()
        if r["iso"] == "CAISO"
    )
    known += Counter(
        ("ACTUAL", r["location"], r["interval_start"], r["load_mw"])
        for r in truth.table("fct_load_intervals").to_pylist()
        if r["iso"] == "CAISO"
    )
    assert known == Counter(
        (
            r["EXECUTION_TYPE"],
            r["TAC_AREA_NAME"],
            gmt(r["INTERVALSTARTTIME_GMT"]),
            float(r["MW"]),
        )
        for r in report(clock_changes, "SLD_FCST")
    )


def test_corrected_components_still_add_up(tmp_path: Path) -> None:
    synthetic.write(
        tmp_path,
        SEED,
        SPRING,
        SPRING + DAY,
        operators=["caiso"],
        feeds=["caiso_prc_lmp"],
        corrections=0.2,
    )
    first, second = [
        {
            (r["NODE"], r["INTERVALSTARTTIME_GMT"], r["LMP_TYPE"]): float(r["MW"])
            for text in members(path.read_bytes()).values()
            for r in rows(text)
        }
        for path in zips(tmp_path)
    ]
    assert first.keys() == second.keys()
    changed = {key[2] for key in first if first[key] != second[key]}
    assert changed == {"LMP", "MCC"}
    for node, start, kind in second:
        if kind == "LMP":
            parts = [second[node, start, k] for k in ("MCE", "MCC", "MCL", "MGHG")]
            assert second[node, start, "LMP"] == pytest.approx(sum(parts), abs=1e-5)
