"""`gridhouse build --as-of`: the prices as they could have been known before a correction."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import synthetic
from tests.gridhouse.conftest import Command

pytestmark = [pytest.mark.slow, pytest.mark.ci]

KEY = ["location", "location_type", "interval_start"]
BEFORE, AFTER = "2026-06-16T00:00:00Z", "2026-06-18T00:00:00Z"


def prices(warehouse: Path) -> dict[tuple, float]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select {', '.join(KEY)}, price from marts.fct_price_intervals"
        ).fetchall()
    return {tuple(key): price for *key, price in rows}


def published(truth: synthetic.Truth, revision: int) -> dict[tuple, float]:
    """The prices after so many publications."""
    rows = sorted(truth.table("fct_price_intervals").to_pylist(), key=lambda r: r["revision"])
    return {tuple(r[k] for k in KEY): r["price"] for r in rows if r["revision"] <= revision}


def test_as_of_shows_the_value_of_that_instant_however_often_it_is_built(
    gridhouse: Command, prepared_data: Path, corrected: synthetic.Truth
) -> None:
    first, second = published(corrected, 1), published(corrected, 2)
    assert len(first) == 24 * 3 and first.keys() == second.keys() and first != second
    gridhouse("extract", "--from", str(corrected.folder.parent))
    build = ["build", "--select", "+fct_price_intervals"]

    past = prepared_data / "gridhouse_as_of_20260616T000000Z.duckdb"
    gridhouse(*build, "--as-of", BEFORE)
    assert prices(past) == first
    with duckdb.connect(str(past)) as connection:  # as a build leaves it that was killed half way
        connection.execute("drop view marts.fct_price_intervals")
        connection.execute("delete from marts.fct_price_intervals_revisions")
    gridhouse(*build, "--as-of", BEFORE)
    assert prices(past) == first

    gridhouse(*build, "--as-of", AFTER)
    assert prices(prepared_data / "gridhouse_as_of_20260618T000000Z.duckdb") == second
    assert not (prepared_data / "gridhouse.duckdb").exists()  # the live one is left alone
    gridhouse(*build)
    assert prices(prepared_data / "gridhouse.duckdb") == second
