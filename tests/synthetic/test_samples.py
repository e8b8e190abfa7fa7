"""The sample sets: small, complete in eras, and plausible."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

import synthetic
from synthetic.shapes import energy_curve
from tests.synthetic.conftest import DAY
from tests.synthetic.reading import published, zips


def test_the_samples_are_few_and_cover_every_feed_and_era(sample_set: synthetic.Summary) -> None:
    found = published(sample_set.folder)
    assert len(found) == sum(sample_set.files.values()) < 1_900
    assert set(sample_set.files) == {f for feeds in synthetic.FEEDS.values() for f in feeds}
    assert sum(sample_set.rows.values()) < 400_000
    names = {p.name for p in found}
    assert any("_xhr_csv" in n for n in names)
    assert any(n.endswith("_v1.zip") and "PRC_LMP" in n for n in names)
    assert any(n.startswith("PUBLIC_DVD_DISPATCHPRICE_2018") for n in names)
    assert any("%23FILE02%23" in n for n in names)
    assert any(n.startswith("PUBLIC_TRADINGIS_20260614_20260620") for n in names)
    assert "PUBLIC_ROOFTOP_PV_ACTUAL_SATELLITE_20260611.zip" in names
    assert any(n.startswith("PUBLIC_DVD_DISPATCHLOAD_2021") for n in names)
    assert {"facility-scada-2023-09.csv", "SCADA_2023-10-01.json"} <= names


def test_a_day_of_ercot_is_whole(sample_set: synthetic.Summary) -> None:
    """Files and rows counted out: the network's day has 24 hours and 60 settlement points."""
    files, rows = sample_set.files, sample_set.rows
    # seven days, of which one is corrected and one is older than the load report
    daily = {"190": 8, "188": 7, "191": 7}
    assert {n: files[f"ercot_np4_{n}_cd"] for n in daily} == daily
    assert (
        files["ercot_np6_345_cd"] == 6 and rows["ercot_np6_345_cd"] == 24 + 24 + 24 + 25 + 23 + 24
    )
    # quarter hours of the autumn and the spring day and of this one; capacity has five services
    assert files["ercot_np6_905_cd"] == 100 + 92 + 96
    assert files["ercot_np6_331_cd"] == 92 + 96 and rows["ercot_np6_331_cd"] == 5 * (92 + 96)
    # six days with 20 points, one of them corrected, and this one
    assert rows["ercot_np4_190_cd"] == 20 * (24 + 24 + 24 + 2 * 24 + 25 + 23) + 60 * 24
    for feed, models, back in (
        ("ercot_np3_565_cd", 3, True),
        ("ercot_np4_742_cd", 1, True),
        ("ercot_np4_745_cd", 1, True),
        ("ercot_np3_233_cd", 1, False),
    ):
        assert files[feed] == 24
        assert rows[feed] == models * sum(168 + back * hour for hour in range(24))
    runs = [
        r["run_at"]
        for r in sample_set.truth.table("stg_ercot__sced_system_lambdas").to_pylist()
        if r["market_date"] == date(2026, 6, 15)
    ]
    prices = sample_set.truth.table("fct_price_intervals").to_pylist()
    of_run = Counter(r["run_at"] for r in prices if r["run_at"] in set(runs))
    assert set(of_run) == set(runs) and set(of_run.values()) == {60}
    # a run each five minutes, of which one in fifty is doubled and one in 150 skipped
    assert 275 < len(runs) < 305
    # every unit of the network in every run; the eight batteries stand apart
    states = sample_set.truth.table("battery_states").to_pylist()
    assert Counter(r["resource"] for r in states if r["run_at"] in set(runs)) == dict.fromkeys(
        {r["resource"] for r in states if r["market_date"] == date(2026, 6, 15)}, len(runs)
    )


def test_windows_cover_exactly_the_sample_days(sample_set: synthetic.Summary) -> None:
    covered = [
        first + n * DAY for first, last in sample_set.windows for n in range((last - first).days)
    ]
    wanted = {day for days in synthetic.SAMPLE_DAYS.values() for day in days}
    assert covered == sorted(wanted)
    with_truth = {day for name in synthetic.POINTS for day in synthetic.SAMPLE_DAYS[name]}
    market_days: set[date] = set()
    for mart in ("fct_price_intervals", "fct_load_intervals", "fct_resource_output_intervals"):
        market_days |= set(sample_set.truth.table(mart).column("market_date").to_pylist())
    assert market_days == with_truth


def test_the_samples_hold_a_correction(sample_set: synthetic.Summary) -> None:
    price = sample_set.truth.table("fct_price_intervals")
    second = price.filter(pc.equal(price.column("revision"), 2))
    assert {"ercot_np4_190_cd", "nem_dispatchis", "nem_tradingis"} == set(
        second.column("feed").to_pylist()
    )


def test_two_batches(tmp_path: Path) -> None:
    first, second = synthetic.two_batches(tmp_path)
    assert first.parent == second.parent == tmp_path
    assert 0 < len(zips(first)) < 100 and 0 < len(zips(second)) < 130
    # nothing but files of the operators, and no file in both
    assert {p.name for p in tmp_path.iterdir()} == {"first", "second", "truth"}
    assert not {p.name for p in zips(first)} & {p.name for p in zips(second)}
    truth = synthetic.Truth(tmp_path).table("fct_price_intervals")
    assert set(truth.column("revision").to_pylist()) == {1, 2}


def test_spring_noons_are_negative_and_evenings_dear() -> None:
    hour = np.arange(0, 24, 1 / 12)
    noon, evening = (hour > 12) & (hour < 13.5), (hour > 18) & (hour < 20)
    for market, month, south in (("CAISO:RTM", 4, False), ("NEM main:NSW1", 10, True)):
        spikes = 0
        for n in range(40):
            curve = energy_curve(1, market, date(2025, month, 1) + n * DAY, hour, south=south)
            assert curve.price[noon].mean() < 0
            assert curve.price[evening].mean() > 10
            spikes += bool(curve.is_scarce.any())
        assert 0 < spikes < 20


def test_prices_have_a_daily_shape_and_stay_in_bounds(sample_set: synthetic.Summary) -> None:
    table = sample_set.truth.table("fct_price_intervals")
    for iso, low, high in (("ERCOT", -251, 5000), ("CAISO", -400, 2200), ("NEM", -1000, 20300)):
        price = table.filter(pc.equal(table.column("iso"), iso)).column("price").to_numpy()
        assert price.min() >= low and price.max() <= high
        assert np.std(price) > 5 and 5 < np.median(price) < 120
