"""Seeds that name things of the catalogue or the project name things that are there."""

from __future__ import annotations

import csv
from pathlib import Path

from extract.catalogue import load_catalogue

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def column(seed: str, name: str) -> set[str]:
    with (SEEDS / seed).open(newline="") as lines:
        return {row[name] for row in csv.DictReader(lines)}


def test_feeds_with_a_lag_are_in_the_catalogue():
    assert column("reference/feed_lags.csv", "feed") <= {f.id for f in load_catalogue()}


def test_products_that_ended_and_those_that_come_late_are_known():
    feeds = load_catalogue()
    ended = {f.id for f in feeds if f.last_run}
    assert ended == {"wem_balancing_summary", "wem_facility_scada_history"}
    assert all(f.last_run.isoformat() == "2023-10-01" for f in feeds if f.last_run)
    with (SEEDS / "reference/feed_lags.csv").open(newline="") as lines:
        lags = {row["feed"]: int(row["publication_minutes"]) for row in csv.DictReader(lines)}
    assert lags["wem_operational_demand"] == 2 * 24 * 60
