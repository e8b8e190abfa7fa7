"""What a fit reads: sums by day, and rows from the day on in which the hold-out begins."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from gridhouse.ptdf_window import Window
from python_models.ptdf.frames import day_gram
from tests.python_models.ptdf_draw import PER_DAY, draw

FIRST, BUILT = date(2026, 3, 1), datetime(2026, 6, 1, tzinfo=UTC)
STAMP = pa.timestamp("us", "UTC")
DAYS, NODES = 45, 6


def instant(row: int) -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=row)


@pytest.fixture(scope="module")
def market() -> duckdb.DuckDBPyConnection:
    """Tables grams, mu, targets and extra of a drawn market, as the models give them."""
    truth = draw(5, DAYS, 10, NODES, noise=0.5, least=0.02)
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    parts: dict[str, list[pa.Table]] = {"grams": [], "mu": [], "targets": []}
    for n in range(DAYS):
        day, rows = FIRST + timedelta(n), range(n * PER_DAY, (n + 1) * PER_DAY)
        bound = [(t, k) for t in rows for k in np.flatnonzero(truth.mu[t])]
        mu = pa.table(
            {
                "iso": pa.array(["ERCOT"] * len(bound), pa.string()),
                "market_date": pa.array([day] * len(bound), pa.date32()),
                "run_at": pa.array([instant(t) for t, _ in bound], STAMP),
                "constraint_key": pa.array([f"LINE_{k}" for _, k in bound], pa.string()),
                "shadow_price": pa.array([truth.mu[t, k] for t, k in bound], pa.float64()),
            }
        )
        priced = [(t, p) for t in rows for p in range(NODES)]
        targets = pa.table(
            {
                "iso": ["ERCOT"] * len(priced),
                "market_date": pa.array([day] * len(priced), pa.date32()),
                "run_at": pa.array([instant(t) for t, _ in priced], STAMP),
                "location_key": [f"NODE_{p}" for _, p in priced],
                "congestion_price": [truth.y[t, p] for t, p in priced],
                "is_explained": [True] * len(priced),
            }
        )
        key = pa.table(
            {
                "iso": ["ERCOT"],
                "market_date": pa.array([day], pa.date32()),
                "first_run_at": pa.array([instant(rows[0])], STAMP),
                "last_run_at": pa.array([instant(rows[-1])], STAMP),
                "unexplained_interval_count": [0],
                "_built_at": pa.array([BUILT], STAMP),
            }
        )
        gram = day_gram(mu, targets)
        parts["grams"].append(
            pa.table([*key.columns, *gram.columns], names=key.schema.names + gram.schema.names)
        )
        parts["mu"].append(mu)
        parts["targets"].append(targets)
    for name, tables in parts.items():
        connection.register("rows", pa.concat_tables(tables))
        connection.execute(f"create table {name} as from rows")
    connection.execute("create table extra as select * from mu where false")
    return connection


def window(market, days: int, rows_from: date = FIRST) -> Window:
    """The window, where rows before a day cannot be read."""
    mu, targets = (
        market.sql(f"from {t} where market_date >= '{rows_from}'") for t in ("mu", "targets")
    )
    return Window(
        "ERCOT", days, market.sql("from grams"), mu, targets, market.sql("from extra"), False
    )


def test_rows_before_the_hold_out_are_not_read(market):
    whole = window(market, 366).fit("keep", 5)
    # a tenth of 45 days: the hold-out begins in the middle of the 41st
    begins = FIRST + timedelta(40)
    assert whole["holdout_first_run_at"] == instant(40 * PER_DAY + PER_DAY // 2)
    without = window(market, 366, begins).fit("keep", 5)
    assert without.pop("fitted").equals(whole.pop("fitted"))
    assert without == whole
    assert (whole["first_run_at"], whole["last_run_at"]) == (
        instant(0),
        instant(DAYS * PER_DAY - 1),
    )
    # but those of that day are
    late = window(market, 366, begins + timedelta(1)).fit("keep", 5)
    assert late["holdout_errors"] != whole["holdout_errors"]


def test_a_window_ends_with_the_newest_day(market):
    found = window(market, 10).fit("keep", 5)
    assert found["first_market_date"] == FIRST + timedelta(35)
    assert found["first_run_at"] == instant(35 * PER_DAY)
    metadata = found["fitted"]["metadata"][0].as_py()
    assert metadata["train_interval_count"] + metadata["holdout_interval_count"] == 10 * PER_DAY


def test_a_fit_is_due_when_enough_is_new(market):
    last = FIRST + timedelta(DAYS - 1)
    newest, of = instant(DAYS * PER_DAY - 1), window(market, 366)
    assert not of.is_due(newest, last, BUILT, 24)
    assert of.is_due(newest - timedelta(hours=24), last, BUILT, 24)
    # the last run of a day may come some seconds before that of the day before
    assert of.is_due(newest - timedelta(hours=24) + timedelta(seconds=20), last, BUILT, 24)
    assert not of.is_due(newest - timedelta(hours=23), last, BUILT, 24)
    # a day that was read whole has other sums since; the last one is never whole
    assert of.is_due(newest, last, BUILT - timedelta(seconds=1), 24)
    assert of.is_due(None, last, BUILT, 24)
