"""Addresses with dates, directory pages of the WEM, sites that want a token or a browser."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.catalogue import load_catalogue
from extract.fetch import Fetched, fetch_all
from extract.index import OPEN, Candidate, ListingError, NotAsked, Window, list_feed
from extract.index.dated_url import _periods
from extract.index.directory import period
from extract.polite import Trouble
from tests.extract.http_fakes import fake_client, nothing_known, run

NOW = datetime(2025, 3, 2, 20, tzinfo=UTC)  # 3 March in Perth and Brisbane
CURRENT, PREVIOUS = "/public/wemde/facilityScada/current/", "/public/wemde/facilityScada/previous/"


def feed(identity: str, **changes: Any) -> Any:
    """A feed of the catalogue with another index or zone."""
    real = load_catalogue()[identity]
    names = ("id", "index", "first_run", "online_days", "name_patterns", "is_listed", "operator")
    values = {name: getattr(real, name) for name in names} | {"zone": real.zone}
    return SimpleNamespace(**(values | changes))


def listed(source: Any, handler=None, start=None, end=None, known=nothing_known, **settings):
    handler = handler or (lambda request: httpx.Response(500))
    client, made = fake_client(handler, **settings)

    async def go():
        async with client:
            return await list_feed(source, Window(start, end, NOW), client, made, known)

    return run(go())


# dated addresses


def test_months_and_regions_of_the_price_files():
    found = listed(feed("nem_price_and_demand"), start=date(2025, 1, 15), end=date(2025, 3, 2))
    names = [c.name for c in found]
    assert len(names) == 15 and names[0] == "PRICE_AND_DEMAND_202501_NSW1.csv"
    assert names[-1] == "PRICE_AND_DEMAND_202503_VIC1.csv"
    # January is settled, February may still be corrected, March grows
    assert [c.recheck for c in found] == [False] * 5 + [True] * 10
    assert found[0].key.endswith("202501_nsw1.csv") and found[-1].key.endswith(OPEN)
    assert all(c.headers["User-Agent"].startswith("Mozilla/") for c in found)


def test_a_month_is_fetched_once_more_when_it_is_over():
    once = {c.key for c in listed(feed("nem_price_and_demand"))}
    later = listed(
        feed("nem_price_and_demand"),
        start=date(2025, 1, 1),
        end=date(2025, 2, 1),
        known=once.__contains__,
    )
    assert len(later) == 5 and not any(c.recheck for c in later)
    assert not listed(
        feed("nem_price_and_demand"),
        start=date(2025, 1, 1),
        end=date(2025, 2, 1),
        known={c.key for c in later}.__contains__,
    )


def test_nothing_is_asked_of_days_to_come_or_before_the_first():
    found = listed(feed("nem_price_and_demand"), start=date(1998, 1, 1), end=date(1998, 12, 31))
    assert {c.name[17:23] for c in found} == {"199812"}
    ahead = listed(feed("nem_price_and_demand"), start=date(2025, 3, 3), end=date(2030, 1, 1))
    assert {c.name[17:23] for c in ahead} == {"202503"}


@given(
    st.sampled_from(["DAY", "MONTH", "YEAR"]),
    st.dates(date(1998, 12, 1), date(2030, 1, 1)),
    st.integers(1, 900),
)
def test_periods_leave_no_day_out_and_none_twice(kind, start, days):
    end = date.fromordinal(start.toordinal() + days)
    spans = list(_periods(kind, start, end))
    assert spans[0][0] <= start and spans[-1][1] >= date.fromordinal(end.toordinal() - 1)
    for (_, last), (first, _) in pairwise(spans):
        assert first.toordinal() == last.toordinal() + 1


# a token


def test_without_a_token_the_feed_is_passed_over():
    with pytest.raises(NotAsked, match="set GRIDHOUSE_APVI_TOKEN to fetch it"):
        listed(feed("apvi_rooftop"))


def test_the_token_travels_and_shows_nowhere():
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if "2025-03-02" in request.url.path:
            return httpx.Response(302, headers={"location": "http://elsewhere.example.org/x"})
        return httpx.Response(401, text="no")

    found = listed(feed("apvi_rooftop"), apvi_token="s3cret")
    assert [c.name for c in found] == ["2025-03-02.json", "2025-03-03.json"]
    client, _ = fake_client(handler, apvi_token="s3cret")

    async def go(url: str):
        async with client:
            await client.read(url)

    for candidate in found:
        assert "s3cret" not in f"{candidate}"
        client, _ = fake_client(handler, apvi_token="s3cret")
        with pytest.raises(Trouble) as trouble:
            run(go(candidate.url))
        assert "s3cret" not in str(trouble.value)
    assert [r.url.params["access_token"] for r in asked] == ["s3cret"] * 2
    other, _ = fake_client(handler, apvi_token="s3cret")
    client = other
    with pytest.raises(Trouble):
        run(go("https://nemweb.com.au/x"))
    assert "access_token" not in asked[-1].url.params


# a browser


@pytest.mark.parametrize("identity", ["nem_registration_list", "bom_observations"])
def test_sites_for_browsers_see_one(identity, tmp_path):
    agents: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        agents.append(request.headers["user-agent"])
        return httpx.Response(200, content=b'{"observations": {"data": []}}')

    found = listed(feed(identity))
    client, _ = fake_client(handler, browser_agent="Mozilla/5.0 (mine)")
    mine = [
        Candidate(c.feed, c.key, c.name, c.url, None, headers=c.headers) for c in found if c.headers
    ]
    assert len(mine) == len(found)

    async def go() -> list[Any]:
        async with client:
            return [item async for item in fetch_all(mine[:1], client, tmp_path)]

    assert isinstance(run(go())[0], Fetched)
    assert agents[0].startswith("Mozilla/5.0")


# directory pages


def page(path: str, *rows: tuple[str, str]) -> str:
    lines = "".join(
        f'<br> Monday, March 3, 2025  {clock}        721 <A HREF="{path}{name}">{name}</A>'
        for name, clock in rows
    )
    return f'<h1>{path}</h1><pre><A HREF="/">[To Parent Directory]</A><br>{lines}<br></pre>'


def scada(pages: dict[str, str], **options):
    def handler(request: httpx.Request) -> httpx.Response:
        text = pages.get(request.url.path)
        return httpx.Response(404) if text is None else httpx.Response(200, text=text)

    index = {
        "kind": "directory",
        "base": "wem_url",
        "current": [CURRENT],
        "previous": [PREVIOUS],
        "days_over": 1,
    }
    source = feed("wem_facility_scada", index=index, zone=ZoneInfo("Australia/Perth"))
    return listed(source, handler, **options)


PAGES = {
    CURRENT: page(CURRENT, ("SCADA_2025-03-01.json", "9:10 AM"), ("readme.txt", "9:00 AM")),
    PREVIOUS: page(
        PREVIOUS,
        ("FacilityScada_20250227.zip", "9:12 AM"),
        ("FacilityScada_20250226.zip", "9:11 AM"),
        ("FacilityScada_20250225.zip", "9:10 AM"),
    ),
}


def test_the_current_folder_is_enough_without_a_window():
    (found,) = scada(PAGES)
    assert found.name == "SCADA_2025-03-01.json"
    assert found.url == f"https://data.wa.aemo.com.au{CURRENT}SCADA_2025-03-01.json"
    assert found.listed_at == datetime(2025, 3, 3, 1, 10, tzinfo=UTC)  # 09:10 in Perth
    assert not found.recheck


def test_a_trading_day_goes_on_after_midnight():
    """The morning of the 27th is in the file of the 26th."""
    found = scada(PAGES, start=date(2025, 2, 27), end=date(2025, 2, 28))
    names = [c.name for c in found]
    assert names == ["FacilityScada_20250226.zip", "FacilityScada_20250227.zip"]


def test_a_file_that_is_written_again_is_another_publication():
    first = {c.key for c in scada(PAGES)}
    assert scada(PAGES, known=first.__contains__) == []
    again = {CURRENT: page(CURRENT, ("SCADA_2025-03-01.json", "4:55 PM"))}
    assert len(scada(again, known=first.__contains__)) == 1


def test_a_folder_that_fails_does_not_hide_the_other():
    with pytest.raises(ListingError, match="wem_url") as error:
        scada({CURRENT: PAGES[CURRENT]}, start=date(2025, 2, 27))
    assert [c.name for c in error.value.candidates] == ["SCADA_2025-03-01.json"]
    with pytest.raises(ListingError, match="not a directory page"):
        scada({CURRENT: "<html>Back soon</html>"})


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("SCADA_2026-08-06.json", date(2026, 8, 6), date(2026, 8, 6)),
        ("FacilityScada_20231001.zip", date(2023, 10, 1), date(2023, 10, 1)),
        ("ReferenceDispatchSolution_202401090800.json", date(2024, 1, 9), date(2024, 1, 9)),
        ("facility-scada-2016-02.csv", date(2016, 2, 1), date(2016, 2, 29)),
        ("balancing-summary-2022.csv", date(2022, 1, 1), date(2022, 12, 31)),
        ("pulse.csv", None, None),
        ("x-2022-13.csv", None, None),
    ],
)
def test_what_a_name_promises(name, first, last):
    assert period(name) == (first, last)
