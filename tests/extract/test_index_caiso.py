"""OASIS requests: spans that tile the window on every kind of day, keys, nodes, re-checks."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.catalogue import load_catalogue
from extract.fetch import Fetched, fetch_all
from extract.index import Candidate, Window, asked_on, list_feed
from extract.index.caiso_oasis import day_spans, hour_spans, midnight
from tests.extract.http_fakes import FakeClock, fake_client, feed, nothing_known, run, zip_bytes

PACIFIC = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 1, 15, 18, 30, tzinfo=UTC)  # 10:30 Pacific
HUBS = "TH_NP15_GEN-APND,TH_SP15_GEN-APND,TH_ZP26_GEN-APND"


def caiso(queryname: str, version: int, cadence: timedelta = timedelta(days=1), **index: Any):
    values = {"kind": "caiso_oasis", "queryname": queryname, "version": version, **index}
    return feed(f"caiso_{queryname.lower()}", values, cadence=cadence)


DAM = caiso("PRC_LMP", 12, params={"market_run_id": "DAM", "node": HUBS})
RTM = caiso(
    "PRC_INTVL_LMP",
    3,
    timedelta(minutes=5),
    params={"market_run_id": "RTM", "node": HUBS},
    max_days=1,
)
AS = caiso("PRC_AS", 12, params={"market_run_id": "DAM", "anc_type": "ALL"}, max_days=1)
LOAD = caiso("SLD_FCST", 1, timedelta(hours=1), params={})


def listing(product, start=None, end=None, *, now=NOW, known=nothing_known, **settings):
    client, made = fake_client(lambda _: httpx.Response(500), FakeClock(now), **settings)

    async def go():
        async with client:
            return await list_feed(product, Window(start, end, now), client, made, known)

    return run(go())


def query(candidate: Candidate) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(candidate.url).query))


def spans_of(found: list[Candidate]) -> list[tuple[str, str]]:
    return [(query(c)["startdatetime"], query(c)["enddatetime"]) for c in found]


# spans


@given(
    start=st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    days=st.integers(1, 400),
    most_days=st.integers(1, 31),
    recent=st.integers(-50, 450),
)
def test_spans_tile_the_window(start: date, days: int, most_days: int, recent: int) -> None:
    end = start + timedelta(days=days)
    recent_from = start + timedelta(days=recent)
    spans = day_spans(start, end, most_days, recent_from, PACIFIC)
    assert spans[0].first == start and spans[-1].stop == end
    assert all(a.stop == b.first and a.end == b.start for a, b in itertools.pairwise(spans))
    for span in spans:
        length = (span.stop - span.first).days
        assert 1 <= length <= most_days
        assert span.end - span.start <= timedelta(days=31)  # what OASIS counts
        assert (span.stop - timedelta(days=1)).month == span.first.month
        assert length == 1 or span.stop <= recent_from
        for instant, day in ((span.start, span.first), (span.end, span.stop)):
            local = instant.astimezone(PACIFIC)
            assert instant.tzinfo is UTC
            assert (local.date(), local.hour, local.minute) == (day, 0, 0)


@given(start=st.dates(date(2015, 1, 1), date(2030, 12, 31)), days=st.integers(1, 40))
def test_hours_tile_the_window(start: date, days: int) -> None:
    first, last = midnight(start, PACIFIC), midnight(start + timedelta(days=days), PACIFIC)
    spans = hour_spans(first, last, PACIFIC)
    assert spans[0].start == first and spans[-1].end == last
    assert all(a.end == b.start for a, b in itertools.pairwise(spans))
    assert all(s.end - s.start == timedelta(hours=1) for s in spans)


@given(
    start=st.dates(date(2016, 1, 1), date(2024, 12, 31)),
    length=st.integers(1, 90),
    shift=st.integers(0, 60),
)
def test_settled_months_are_asked_for_the_same_way_whatever_the_window(
    start: date, length: int, shift: int
) -> None:
    """Two backfills that hold a whole month share its request."""
    far = date(2040, 1, 1)
    one = day_spans(start, start + timedelta(days=length + 62), 31, far, PACIFIC)
    two = day_spans(
        start - timedelta(days=shift), start + timedelta(days=length + 62 + shift), 31, far, PACIFIC
    )
    assert set(one[1:-1]) <= set(two)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 7, 1), "20260701T07:00-0000", "20260702T07:00-0000"),  # summer
        (date(2026, 1, 5), "20260105T08:00-0000", "20260106T08:00-0000"),  # winter
        (date(2026, 3, 8), "20260308T08:00-0000", "20260309T07:00-0000"),  # 23 hours
        (date(2025, 11, 2), "20251102T07:00-0000", "20251103T08:00-0000"),  # 25 hours
        (date(2018, 11, 4), "20181104T07:00-0000", "20181105T08:00-0000"),  # 25 hours
    ],
)
def test_trading_day_bounds(day: date, start: str, end: str) -> None:
    found = listing(DAM, day, day + timedelta(days=1), now=datetime(2027, 1, 1, tzinfo=UTC))
    assert spans_of(found) == [(start, end)]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2025, 3, 9), 23), (date(2025, 7, 1), 24), (date(2025, 11, 2), 25)]
)
def test_hours_of_a_trading_day_when_the_end_is_ignored(day: date, hours: int) -> None:
    found = listing(RTM, day, day + timedelta(days=1), caiso_nodes=("ALL",))
    assert len(found) == hours and len({c.key for c in found}) == hours
    assert {query(c)["grp_type"] for c in found} == {"ALL"}
    assert all("node" not in query(c) for c in found)


def test_a_whole_year_of_hub_prices_takes_twelve_requests() -> None:
    assert len(listing(DAM, date(2024, 1, 1), date(2025, 1, 1))) == 12


def test_limits_per_report() -> None:
    assert len(listing(AS, date(2024, 2, 1), date(2024, 3, 1))) == 29
    assert len(listing(RTM, date(2024, 2, 1), date(2024, 3, 1))) == 29  # a day for node lists
    assert len(listing(DAM, date(2024, 2, 1), date(2024, 3, 1), caiso_nodes=("ALL",))) == 29


# parameters and names


def test_the_request_and_its_name() -> None:
    (found,) = listing(DAM, date(2025, 10, 1), date(2025, 11, 1))
    assert found.url.startswith("https://oasis.caiso.com/oasisapi/SingleZip?queryname=PRC_LMP&")
    assert query(found) == {
        "queryname": "PRC_LMP",
        "version": "12",
        "resultformat": "6",
        "market_run_id": "DAM",
        "node": HUBS,
        "startdatetime": "20251001T07:00-0000",
        "enddatetime": "20251101T07:00-0000",
    }
    assert found.name == "20251001_20251101_PRC_LMP_DAM_20260115_10_30_00_v12_csv.zip"
    assert found.name_is_guess and found.published_at is None and not found.recheck


def test_a_report_without_a_run_has_n_in_its_name_and_no_nodes() -> None:
    (found,) = listing(LOAD, date(2025, 10, 1), date(2025, 10, 31))
    assert "_SLD_FCST_N_" in found.name
    assert "node" not in query(found) and "market_run_id" not in query(found)


def test_nodes_go_in_tens() -> None:
    nodes = ",".join(f"NODE_{n:02d}" for n in range(23))
    found = listing(DAM, date(2025, 10, 1), date(2025, 10, 2), caiso_nodes=nodes)
    assert [len(query(c)["node"].split(",")) for c in found] == [10, 10, 3]


def test_nodes_of_the_settings_win_over_the_catalogue_only_when_set() -> None:
    group = caiso("PRC_LMP", 12, params={"market_run_id": "DAM", "grp_type": "ALL_APNODES"})
    group.index["end_ignored"] = True
    named = caiso("PRC_LMP", 12, params={"market_run_id": "DAM", "node": "A, B"})
    days = date(2025, 10, 1), date(2025, 10, 3)
    assert [query(c).get("grp_type") for c in listing(group, *days)] == ["ALL_APNODES"] * 2
    assert [query(c)["node"] for c in listing(named, *days)] == ["A,B"]
    for product in (group, named):
        (found,) = listing(product, *days, caiso_nodes="C")
        assert query(found)["node"] == "C" and "grp_type" not in query(found)


@pytest.mark.parametrize("name", ["caiso_prc_lmp", "caiso_prc_intvl_lmp"])
def test_price_feeds_of_the_catalogue_name_nodes_that_the_settings_replace(name: str) -> None:
    days = date(2025, 10, 1), date(2025, 10, 2)
    product = load_catalogue().feeds[name]
    asked = [query(c) for c in listing(product, *days)]
    assert asked and all({"node", "grp_type"} & set(q) for q in asked)
    asked = [query(c) for c in listing(product, *days, caiso_nodes="B,A")]
    assert asked and all(q["node"] == "A,B" and "grp_type" not in q for q in asked)


def test_a_list_of_values_is_one_request_each() -> None:
    both = caiso("PRC_AS", 12, params={"market_run_id": ["DAM", "HASP"]}, max_days=1)
    found = listing(both, date(2025, 10, 1), date(2025, 10, 2))
    assert [query(c)["market_run_id"] for c in found] == ["DAM", "HASP"]


def test_the_key_does_not_depend_on_the_time_of_asking() -> None:
    days = date(2025, 1, 1), date(2025, 2, 1)
    one = listing(DAM, *days, now=NOW)
    two = listing(DAM, *days, now=NOW + timedelta(days=3, minutes=7))
    assert [c.key for c in one] == [c.key for c in two]
    assert one[0].name != two[0].name
    assert "20260115" not in one[0].key


# default windows


def test_default_window_of_daily_reports_is_yesterday_to_tomorrow() -> None:
    assert [s for s, _ in spans_of(listing(DAM))] == [
        "20260114T08:00-0000",
        "20260115T08:00-0000",
        "20260116T08:00-0000",
    ]


def test_default_window_of_five_minute_prices_is_the_last_hours() -> None:
    found = listing(RTM)
    assert [s for s, _ in spans_of(found)] == [
        f"20260115T{hour}:00-0000" for hour in (15, 16, 17, 18)
    ]
    # what ended less than an hour ago may still grow
    assert [c.key.endswith("@partial") for c in found] == [False, False, True, True]


def test_real_time_prices_of_the_future_are_not_asked_for() -> None:
    assert [s for s, _ in spans_of(listing(RTM, date(2026, 1, 14)))] == [
        "20260114T08:00-0000",
        "20260115T08:00-0000",
    ]
    today = date(2026, 1, 15), date(2026, 1, 16)
    assert len(listing(RTM, *today, caiso_nodes="ALL")) == 11  # 00:00 to 10:30 Pacific


# re-checks


def ledger(*candidates: Candidate, day: date | None = None):
    keys = {c.key for c in candidates}
    keys |= {asked_on(c.url, day) for c in candidates if day}
    return keys.__contains__


def test_settled_days_are_asked_once() -> None:
    days = date(2025, 6, 1), date(2025, 7, 1)
    found = listing(DAM, *days)
    assert not any(c.recheck for c in found)
    assert listing(DAM, *days, known=ledger(*found)) == []


def test_days_that_may_be_corrected_are_asked_again_once_a_day() -> None:
    days = date(2026, 1, 5), date(2026, 1, 10)
    found = listing(DAM, *days)
    assert len(found) == 5 and all(c.recheck for c in found)
    today = NOW.date()
    assert listing(DAM, *days, known=ledger(*found, day=today)) == []
    tomorrow = listing(DAM, *days, known=ledger(*found, day=today), now=NOW + timedelta(days=1))
    assert [c.key for c in tomorrow] == [c.key for c in found]


def test_the_limit_of_corrections_is_a_setting() -> None:
    days = date(2025, 12, 20), date(2026, 1, 10)
    found = listing(DAM, *days, recheck_days=7)
    assert [s for s, _ in spans_of([c for c in found if c.recheck])] == [
        "20260108T08:00-0000",
        "20260109T08:00-0000",
    ]


def test_a_day_that_is_not_complete_is_asked_in_every_run() -> None:
    found = listing(LOAD)
    partial = [c for c in found if c.key.endswith("@partial")]
    assert len(partial) == 2 and all(c.recheck for c in partial)  # today and tomorrow
    again = listing(LOAD, known=ledger(*found, day=NOW.date()))
    assert [c.key for c in again] == [c.key for c in partial]


def test_an_incomplete_answer_never_stands_for_the_complete_one() -> None:
    early = listing(LOAD, date(2026, 1, 15), date(2026, 1, 16))
    much_later = listing(
        LOAD,
        date(2026, 1, 15),
        date(2026, 1, 16),
        now=NOW + timedelta(days=60),
        known=ledger(*early, day=NOW.date()),
    )
    assert len(much_later) == 1 and not much_later[0].recheck


def test_day_ahead_prices_are_complete_the_afternoon_before() -> None:
    morning = listing(DAM)
    evening = listing(DAM, now=datetime(2026, 1, 16, 0, tzinfo=UTC))  # 16:00 Pacific
    assert [c.key.endswith("@partial") for c in morning] == [False, False, True]
    assert [c.key.endswith("@partial") for c in evening] == [False, False, False]


def test_a_default_window_also_asks_for_corrections_of_days_that_are_held() -> None:
    held = listing(DAM, date(2026, 1, 3), date(2026, 1, 6))
    found = listing(DAM, known=ledger(*held, day=date(2026, 1, 14)))
    assert [s[:8] for s, _ in spans_of(found)] == [
        "20260114",
        "20260115",
        "20260116",
        "20260103",
        "20260104",
        "20260105",
    ]
    assert len(listing(DAM, known=ledger(*held, day=NOW.date()))) == 3


def test_corrections_of_five_minute_prices_are_asked_by_day() -> None:
    then = datetime(2026, 1, 11, 18, tzinfo=UTC)
    hours = listing(RTM, now=then)
    found = listing(RTM, known=ledger(*hours, day=then.date()))
    assert spans_of(found)[4:] == [("20260111T08:00-0000", "20260112T08:00-0000")]


# politeness


def test_oasis_never_gets_two_requests_within_five_seconds(tmp_path) -> None:
    clock = FakeClock(NOW)
    at: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        at.append(clock.clock())
        if len(at) in (3, 4, 9):
            return httpx.Response(429)
        if len(at) == 6:
            return httpx.Response(503)
        name = "20260101_20260102_PRC_LMP_DAM_20260115_10_30_07_v12_csv.zip"
        header = {"content-disposition": f"inline; filename={name};"}
        return httpx.Response(200, content=zip_bytes(), headers=header)

    client, made = fake_client(handler, clock)

    async def go():
        async with client:
            window = Window(date(2026, 1, 1), date(2026, 1, 12), NOW)
            found = await list_feed(DAM, window, client, made, nothing_known)
            return [item async for item in fetch_all(found, client, tmp_path)]

    items = run(go())
    assert len(items) == 11 and all(isinstance(i, Fetched) for i in items)
    assert len(at) == 15
    assert min(b - a for a, b in itertools.pairwise(at)) >= 5.0
    assert items[0].name == "20260101_20260102_PRC_LMP_DAM_20260115_10_30_07_v12_csv.zip"
