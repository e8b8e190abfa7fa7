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
