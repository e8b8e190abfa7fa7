"""The sample sets: small, complete in eras, and plausible."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

import synthetic
from synthetic.shapes import energy_curve
from tests.synthetic.conftest import DAY
from tests.synthetic.reading import zips


def test_the_samples_are_few_and_cover_every_feed_and_era(sample_set: synthetic.Summary) -> None:
    found = zips(sample_set.folder)
    assert len(found) == sum(sample_set.files.values()) < 700
    assert set(sample_set.files) == {f for feeds in synthetic.FEEDS.values() for f in feeds}
    assert sum(sample_set.rows.values()) < 300_000
    names = {p.name for p in found}
    assert any("_xhr_csv" in n for n in names)
    assert any(n.endswith("_v1.zip") and "PRC_LMP" in n for n in names)
    assert any(n.startswith("PUBLIC_DVD_DISPATCHPRICE_2018") for n in names)
    assert any("%23FILE02%23" in n for n in names)
    assert any(n.startswith("PUBLIC_TRADINGIS_20260614_20260620") for n in names)


def test_windows_cover_exactly_the_sample_days(sample_set: synthetic.Summary) -> None:
    covered = [
        first + n * DAY for first, last in sample_set.windows for n in range((last - first).days)
    ]
    wanted = {day for days in synthetic.SAMPLE_DAYS.values() for day in days}
    assert covered == sorted(wanted)
    market_days: set[date] = set()
    for mart in ("fct_price_intervals", "fct_load_intervals", "fct_resource_output_intervals"):
        market_days |= set(sample_set.truth.table(mart).column("market_date").to_pylist())
    assert market_days == wanted


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
