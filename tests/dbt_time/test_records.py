"""Records by SQL, day by day, against a loop over all rows that knows nothing of days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import Macros

FIRST = datetime(2024, 12, 30, 14, tzinfo=UTC)  # midnight at UTC+10
SLOTS = 48  # of a day, so that a climb of ten intervals goes on over midnight often
STEP = timedelta(minutes=30)
DAY = timedelta(hours=10)

Rows = dict[tuple[str, int], float]  # series and slot -> value

SLOT = st.tuples(st.sampled_from("ab"), st.integers(0, 4 * SLOTS - 1))


@st.composite
def arrivals(draw) -> dict[tuple[str, int], float | None]:
    """What lands at once: values of some slots, or None, a value that is taken back.

    Most rise with time, as in a climb; else hardly a row after the first few would be a record.
    """
    slope, spread = draw(st.sampled_from([0, 1, 3])), draw(st.integers(0, 40))
    drawn = draw(
        st.dictionaries(SLOT, st.one_of(st.none(), st.integers(0, spread)), min_size=1, max_size=80)
    )
    return {key: None if v is None else float(slope * key[1] + v) for key, v in drawn.items()}


def loop(rows: Rows) -> list[tuple[str, int, float]]:
    """Records by a plain reading of docs/methods/records.md."""
    found = []
    for series in "ab":
        breaks: list[tuple[int, float]] = []
        for (_, slot), value in sorted(r for r in rows.items() if r[0][0] == series):
            if not breaks or value > breaks[-1][1]:
                breaks.append((slot, value))
        for n, (slot, value) in enumerate(breaks):
            if n + 1 == len(breaks) or breaks[n + 1][0] - slot >= 10:
                found.append((series, slot, value))
    return found


class Store:
    """The two tables of the warehouse: candidates by day, and the records of them."""

    def __init__(self, macros: Macros):
        self.sql = duckdb.connect(config={"threads": 1})
        self.sql.execute("set TimeZone = 'UTC'")
        self.sql.execute(
            "create table candidates (series text, interval_start timestamptz, market_date date, "
            "interval_minutes integer, strength double, is_followed boolean)"
        )
        self.of_days = macros.day_breaks("landed", "series")
        self.of_all = macros.record_breaks("candidates", "series")

    def load(self, rows: Rows, days: set) -> None:
        """Compute these market days again, and nothing else."""
        self.sql.execute(
            "create or replace temp table landed as select * exclude (is_followed) from candidates "
            "limit 0"
        )
        values = [
            (s, FIRST + n * STEP, (FIRST + n * STEP + DAY).date(), 30, v)
            for (s, n), v in rows.items()
            if (FIRST + n * STEP + DAY).date() in days
        ]
        if values:
            self.sql.executemany("insert into landed values (?, ?, ?, ?, ?)", values)
        self.sql.execute(
            "delete from candidates where market_date in (select unnest(?))", [[*days]]
        )
        self.sql.execute(f"insert into candidates select * from {self.of_days}")

    def records(self) -> list[tuple[str, int, float]]:
        found = self.sql.execute(
            f"select series, interval_start, strength from {self.of_all} order by all"
        ).fetchall()
        return [(series, (at - FIRST) // STEP, value) for series, at, value in found]


@pytest.fixture(scope="module")
def store(macros) -> Store:
    return Store(macros)


def day_of(slot: int):
    return (FIRST + slot * STEP + DAY).date()


@settings(max_examples=120, deadline=None)
@given(loads=st.lists(arrivals(), min_size=1, max_size=4))
def test_records_by_changed_days_are_those_of_a_loop_over_everything(store, loads):
    store.sql.execute("truncate candidates")
    rows: Rows = {}
    for arrival in loads:
        rows = {k: v for k, v in (rows | arrival).items() if v is not None}
        store.load(rows, {day_of(slot) for _, slot in arrival})
        assert store.records() == loop(rows)


@pytest.mark.parametrize("offset", [0, SLOTS - 6, SLOTS - 1])
def test_a_climb_is_one_record_its_top_also_over_midnight(store, offset):
    climb = {("a", offset + 4 * n): 10.0 + n for n in range(6)}
    after = {("a", offset + 20 + 10): 30.0}  # ten intervals after the top: a record of its own
    store.sql.execute("truncate candidates")
    store.load(climb | after, {day_of(slot) for slot in range(4 * SLOTS)})
    assert store.records() == [("a", offset + 20, 15.0), ("a", offset + 30, 30.0)]


def test_equal_is_no_record_and_the_first_value_is_one(store):
    store.sql.execute("truncate candidates")
    store.load(
        {("a", 0): 5.0, ("a", 20): 5.0, ("a", 40): 4.0, ("a", 60): 6.0}, {day_of(0), day_of(60)}
    )
    assert store.records() == [("a", 0, 5.0), ("a", 60, 6.0)]
