"""The intervals of every market day tile it, by each operator's rule, over twelve years.

The oracle is Python's zoneinfo: it makes what an operator would print for each interval of a day,
and the macros must find the instants again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

FIRST, LAST = date(2016, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
BRISBANE = ZoneInfo("Australia/Brisbane")
US_CHANGES = 2 * 12  # two a year

days = st.dates(FIRST, LAST)
by_chance = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def starts(day: date, zone: ZoneInfo, minutes: int) -> Iterator[datetime]:
    """Instants at which the intervals of a market day begin."""
    instant, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    while instant < end:
        yield instant
        instant += timedelta(minutes=minutes)


def naive(instant: datetime, zone: ZoneInfo) -> tuple[datetime, str]:
    """The clock time of an instant and the repeated-hour flag that an operator prints with it."""
    local = instant.astimezone(zone)
    earlier = (instant - timedelta(hours=1)).astimezone(zone)
    repeated = local.replace(tzinfo=None) == earlier.replace(tzinfo=None)
    return local.replace(tzinfo=None), "Y" if repeated else "N"


def hours_of(day: date, zone: ZoneInfo) -> int:
    return int((midnight(day + timedelta(days=1), zone) - midnight(day, zone)) / timedelta(hours=1))


def ask(connection: duckdb.DuckDBPyConnection, expressions: list[str], rows: list[dict]) -> list:
    """Evaluate SQL over rows; instants come back as microseconds, so that no session zone shows."""
    connection.register("rows", pa.Table.from_pylist(rows))
    found = connection.execute(f"select {', '.join(expressions)} from rows").fetchall()
    connection.unregister("rows")
    return found


def micros(instant: datetime) -> int:
    return round((instant - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def check_tiles(day: date, zone: ZoneInfo, intervals: list[tuple[int, int]]) -> None:
    """No gap, no overlap, from midnight to midnight, over 23, 24 or 25 hours."""
    ordered = sorted(intervals)
    assert ordered[0][0] == micros(midnight(day, zone))
    assert ordered[-1][1] == micros(midnight(day + timedelta(days=1), zone))
    assert all(a[1] == b[0] for a, b in pairwise(ordered)), day
    assert (ordered[-1][1] - ordered[0][0]) / 3.6e9 in (23, 24, 25)


def check_all_days(
    zone: ZoneInfo, minutes: int, labels: list[dict], found: list[tuple[int, int]]
) -> None:
    """Each interval is the one that its label was made from, and the days are tiled."""
    of_day: dict[date, list[tuple[int, int]]] = {}
    for label, (start, end) in zip(labels, found, strict=True):
        assert start == micros(label["truth"]), label
        assert end == start + minutes * 60_000_000
        of_day.setdefault(label["day"], []).append((start, end))
    lengths = []
    for day in DAYS:
        check_tiles(day, zone, of_day[day])
        assert len(of_day[day]) == hours_of(day, zone) * 60 // minutes
        lengths.append(hours_of(day, zone))
    changes = 0 if zone is BRISBANE else US_CHANGES
    assert len([n for n in lengths if n != 24]) == changes


def us_columns(macros, local_start: str, minutes: int) -> list[str]:
    start = macros.local_to_utc(f"({local_start})", "America/Chicago", "flag")
    return [f"epoch_us({start})", f"epoch_us({macros.add_minutes(start, minutes)})"]


def test_ercot_hours_tile_every_day(macros, connection, central):
    styles = ["{:02}:00", "{}:00", "{}", "{:02}", "{}.0"]
    labels = []
    for number, day in enumerate(DAYS):
        for start in starts(day, central, 60):
            local, flag = naive(start, central)
            text = styles[number % len(styles)].format(local.hour + 1)
            labels.append({"day": day, "he": text, "flag": flag, "truth": start})
    columns = us_columns(macros, macros.hour_ending_start("day", "he"), 60)
    check_all_days(central, 60, labels, ask(connection, columns, labels))


def test_ercot_quarter_hours_tile_every_day(macros, connection, central):
    labels = []
    for day in DAYS:
        for start in starts(day, central, 15):
            local, flag = naive(start, central)
            labels.append(
                {
                    "day": day,
                    "hour": local.hour + 1,
                    "quarter": local.minute // 15 + 1,
                    "flag": flag,
                    "truth": start,
                }
            )
    columns = us_columns(macros, macros.quarter_hour_start("day", "hour", "quarter"), 15)
    check_all_days(central, 15, labels, ask(connection, columns, labels))


@pytest.mark.parametrize("minutes", [60, 15, 5])
def test_caiso_stamps_tile_every_day(macros, connection, pacific, minutes):
    """The stamps are the key; the hours say the same (25 in autumn, no 3 in spring)."""
    labels, numbers = [], {}
    for day in DAYS if minutes == 60 else _change_days(pacific):
        for start in starts(day, pacific, minutes):
            local, flag = naive(start, pacific)
            hour = 25 if flag == "Y" else local.hour + 1
            numbers.setdefault(day, []).append(hour)
            stamp = start.replace(tzinfo=None)
            end = stamp + timedelta(minutes=minutes)
            labels.append({"day": day, "s": stamp, "e": end, "hour": hour, "truth": start})
    instant = macros.utc_instant("s")
    columns = [
        f"epoch_us({instant})",
        f"epoch_us({macros.utc_instant('e')})",
        macros.opr_hour(instant),
    ]
    found = ask(connection, columns, labels)
    assert [f[2] for f in found] == [label["hour"] for label in labels]
    if minutes == 60:
        check_all_days(pacific, 60, labels, [f[:2] for f in found])
    for day, hours in numbers.items():
        once = hours[:: 60 // minutes]
        length = hours_of(day, pacific)
        whole = {23: [1, 2, *range(4, 25)], 24: [*range(1, 25)], 25: [1, 2, 25, *range(3, 25)]}
        assert once == whole[length]


@pytest.mark.parametrize("minutes", [5, 30])
def test_nem_intervals_tile_every_day(macros, connection, minutes):
    labels = []
    for day in DAYS if minutes == 30 else DAYS[::30]:
        for start in starts(day, BRISBANE, minutes):
            local = start.astimezone(BRISBANE).replace(tzinfo=None)
            end = local + timedelta(minutes=minutes)
            trading = day if local.hour >= 4 else day - timedelta(days=1)
            labels.append({"day": day, "e": end, "trading": trading, "truth": start})
    end = macros.nem_interval_end("e")
    columns = [
        f"epoch_us({macros.add_minutes(end, -minutes)})",
        f"epoch_us({end})",
        macros.nem_market_date("e"),
        macros.nem_trading_date("e"),
    ]
    found = ask(connection, columns, labels)
    assert [f[2] for f in found] == [label["day"] for label in labels]
    assert [f[3] for f in found] == [label["trading"] for label in labels]
    if minutes == 30:
        check_all_days(BRISBANE, 30, labels, [f[:2] for f in found])
    per_day: dict[date, list[tuple[int, int]]] = {}
    for label, row in zip(labels, found, strict=True):
        per_day.setdefault(label["day"], []).append(row[:2])
    for day, intervals in per_day.items():
        check_tiles(day, BRISBANE, intervals)


def test_nem_trading_intervals_tile_the_day_of_the_change(macros, connection):
    """30 minutes up to the interval that ends with September 2021, 5 minutes from the next on."""
    midnights = [datetime(2021, 9, 30), datetime(2021, 10, 1)]
    ends = [midnights[0] + timedelta(minutes=30 * n) for n in range(1, 49)]
    ends += [midnights[1] + timedelta(minutes=5 * n) for n in range(1, 289)]
    rows = [{"e": end} for end in ends]
    end = macros.nem_interval_end("e")
    length = f"({macros.nem_trading_minutes('e')})"
    columns = [f"epoch_us({macros.add_minutes(end, '-' + length)})", f"epoch_us({end})"]
    found = ask(connection, columns, rows)
    check_tiles(date(2021, 9, 30), BRISBANE, found[:48])
    check_tiles(date(2021, 10, 1), BRISBANE, found[48:])


@by_chance
@given(instant=st.datetimes(datetime(2016, 1, 1), datetime(2027, 12, 31)))
@example(instant=datetime(2026, 11, 1, 6, 59, 59))  # last second of the first passage
@example(instant=datetime(2026, 11, 1, 7, 0, 0))  # first second of the second
@example(instant=datetime(2026, 3, 8, 8, 0, 0))  # the skip
def test_run_stamps_come_back(macros, connection, central, instant):
    truth = instant.replace(microsecond=0, tzinfo=UTC)
    local, flag = naive(truth, central)
    column = f"epoch_us({macros.local_to_utc('t', 'America/Chicago', 'flag')})"
    assert ask(connection, [column], [{"t": local, "flag": flag}]) == [(micros(truth),)]


def test_run_stamps_of_all_change_days_come_back(macros, connection, central):
    rows = []
    for day in _change_days(central):
        instant = midnight(day, central)
        while instant < midnight(day + timedelta(days=1), central):
            local, flag = naive(instant, central)
            rows.append({"t": local, "flag": flag, "truth": instant})
            instant += timedelta(minutes=4, seconds=53)
    column = f"epoch_us({macros.local_to_utc('t', 'America/Chicago', 'flag')})"
    found = [f[0] for f in ask(connection, [column], rows)]
    assert found == [micros(r["truth"]) for r in rows]


@by_chance
@given(day=days, minute=st.integers(0, 59), flag=st.sampled_from(["Y", "N", None]))
@example(day=date(2026, 3, 8), minute=0, flag="N")
@example(day=date(2026, 3, 8), minute=59, flag="Y")
def test_a_clock_time_that_does_not_occur_is_null(macros, connection, central, day, minute, flag):
    local = datetime.combine(day, time(2, minute))
    occurs = local.replace(tzinfo=central).astimezone(UTC).astimezone(central)
    skipped = occurs.replace(tzinfo=None) != local
    column = macros.local_to_utc("t", "America/Chicago", "cast(flag as text)")
    found = ask(connection, [f"{column} is null"], [{"t": local, "flag": flag}])
    assert found == [(skipped,)]


@pytest.mark.parametrize(
    ("flag", "hour"),
    [
        ("N", 6), (" n", 6), ("false", 6), ("0", 6),
        ("Y", 7), (" Y", 7), ("y", 7), ("true", 7), ("1", 7),
        (None, None), ("", None), ("?", None),
    ],
)  # fmt: skip
def test_an_hour_that_comes_twice_needs_its_flag(macros, connection, flag, hour):
    rows = [{"t": datetime(2023, 11, 5, 1, 30), "flag": flag}]
    column = f"epoch_us({macros.local_to_utc('t', 'America/Chicago', 'cast(flag as text)')})"
    truth = hour and micros(datetime(2023, 11, 5, hour, 30, tzinfo=UTC))
    assert ask(connection, [column], rows) == [(truth,)]


@pytest.mark.parametrize(
    ("starts", "day", "hour", "agrees"),
    [
        (datetime(2018, 11, 4, 7), date(2018, 11, 4), 1, True),  # midnight, summer time
        (datetime(2018, 11, 4, 9), date(2018, 11, 4), 25, True),  # the repeated hour ...
        (datetime(2018, 11, 5, 7), date(2018, 11, 4), 24, True),  # ... of a day of 25 hours
        (datetime(2018, 3, 11, 10), date(2018, 3, 11), 4, True),  # after the skipped hour
        (datetime(2018, 11, 4, 7, 55), date(2018, 11, 4), 1, True),
        (datetime(2018, 11, 4, 7), date(2018, 11, 5), 1, False),
        (datetime(2018, 11, 5, 7), date(2018, 11, 5), 24, False),
        (datetime(2025, 6, 5, 7), date(2025, 6, 6), 1, False),
        (datetime(2025, 6, 5, 7), date(2025, 6, 5), 3, False),
        (datetime(2018, 11, 4, 7), date(2018, 11, 4), None, True),
        (datetime(2018, 11, 6, 9), date(2018, 11, 4), None, False),
    ],
)
def test_caiso_rows_that_contradict_themselves(macros, connection, starts, day, hour, agrees):
    row = {"s": starts, "e": starts + timedelta(hours=1), "d": day, "h": hour}
    column = f"epoch_us({macros.caiso_interval_start('s', 'e', 'd', 'cast(h as bigint)')})"
    truth = micros(starts.replace(tzinfo=UTC)) if agrees else None
    assert ask(connection, [column], [row]) == [(truth,)]
    no_length = macros.caiso_interval_start("s", "s", "d", "cast(h as bigint)")
    assert ask(connection, [f"({no_length}) is null"], [row]) == [(True,)]


@pytest.mark.parametrize(
    "text", ["0", "00:00", "25", "25:00", "-1", "x", "", "1.5", "01:30", "nan", None]
)
def test_an_hour_that_is_none_is_null(macros, connection, text):
    rows = [{"day": date(2024, 1, 1), "he": text}]
    column = macros.hour_ending_start("day", "cast(he as text)")
    assert ask(connection, [column], rows) == [(None,)]


@pytest.mark.parametrize("hour, quarter", [(0, 1), (25, 1), (1, 0), (1, 5), (None, 1)])
def test_a_quarter_that_is_none_is_null(macros, connection, hour, quarter):
    rows = [{"day": date(2024, 1, 1), "h": hour, "q": quarter}]
    column = macros.quarter_hour_start("day", "cast(h as bigint)", "cast(q as bigint)")
    assert ask(connection, [column], rows) == [(None,)]


def test_hour_24_is_the_last_of_its_day(macros, connection):
    rows = [{"day": date(2024, 1, 1), "he": " 24:00 "}]
    column = macros.hour_ending_start("day", "he")
    assert ask(connection, [column], rows) == [(datetime(2024, 1, 1, 23),)]


@pytest.mark.parametrize(
    ("day", "last", "starts_at"),
    [
        # autumn, counted: 1 and 2 on summer time, 3 the second 01:00, 25 ends at midnight
        (date(2024, 11, 3), 25, {1: (3, 5), 2: (3, 6), 3: (3, 7), 25: (4, 5), 26: None}),
        # autumn, hours of the clock: nothing tells which 01:00 the second hour is
        (date(2024, 11, 3), 24, {1: (3, 5), 2: None, 3: (3, 8), 24: (4, 5), 25: None}),
        # spring, hours of the clock (3 is skipped) and counted
        (date(2024, 3, 10), 24, {1: (10, 6), 2: (10, 7), 3: None, 4: (10, 8), 24: (11, 4)}),
        (date(2024, 3, 10), 23, {1: (10, 6), 2: (10, 7), 3: (10, 8), 23: (11, 4)}),
        (date(2024, 10, 16), 24, {0: None, 1: (16, 5), 24: (17, 4), 25: None, 1.5: None}),
    ],
)
def test_hours_numbered_without_a_flag(macros, connection, day, last, starts_at):
    sql = macros.market_day_hour_start("day", "hour", "last", "America/Chicago")
    rows = [{"day": day, "hour": float(hour), "last": last} for hour in starts_at]
    found = ask(connection, [f"epoch_us({sql})"], rows)
    assert [value for (value,) in found] == [
        start and micros(datetime(day.year, day.month, *start, tzinfo=UTC))
        for start in starts_at.values()
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-08-04", date(2026, 8, 4)),
        ("2026-08-04 09:57:59.999", date(2026, 8, 4)),
        (" 8/4/2026 ", date(2026, 8, 4)),
        ("46238", date(2026, 8, 4)),
        ("46238.41", date(2026, 8, 4)),
        ("1900-01-01", None),
        ("1-1-1900", None),
        ("Date Not Available", None),
        ("", None),
    ],
)
def test_days_in_workbooks(macros, connection, text, day):
    assert ask(connection, [macros.workbook_date("text")], [{"text": text}]) == [(day,)]


@pytest.mark.parametrize("name", ["America/Chicago", "America/Los_Angeles", "America/New_York"])
def test_clocks_change_on_sundays_before_four(name):
    """What `local_to_utc` takes for granted of the zones that it is used with."""
    zone, found = ZoneInfo(name), 0
    for number in range(28 * 365):
        day = date(2008, 1, 1) + timedelta(days=number)
        if hours_of(day, zone) == 24:
            continue
        found += 1
        after = datetime.combine(day, time(4), zone).astimezone(UTC)
        assert day.weekday() == 6
        assert midnight(day + timedelta(days=1), zone) - after == timedelta(hours=20)
    assert found == 2 * 28


def _change_days(zone: ZoneInfo) -> list[date]:
    return [day for day in DAYS if hours_of(day, zone) != 24]
