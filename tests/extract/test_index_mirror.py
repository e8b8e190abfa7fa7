"""Each operator end to end: list and fetch over HTTP from the local mirror, good and bad."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extract.catalogue import load_catalogue
from extract.fetch import Fetched, FetchFailed, fetch_all
from extract.index import Candidate, Window, list_feed
from extract.polite import PoliteClient
from gridhouse.settings import Settings
from synthetic import mirror
from synthetic.mirror.ercot import API, TOKEN_PATH
from synthetic.writing import write

SEED = 11
AUTUMN = date(2025, 11, 2)
NEM_DAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 16, 2, tzinfo=UTC)

Start = Callable[..., mirror.Mirror]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hours or one day of each operator."""
    folder = tmp_path_factory.mktemp("samples")

    def one(day: date, operator: str, feed: str, **options: Any) -> None:
        write(folder, SEED, day, day + timedelta(1), operators=[operator], feeds=[feed], **options)

    one(AUTUMN, "ercot", "ercot_np6_905_cd", hours=(0, 4))
    one(AUTUMN, "caiso", "caiso_prc_lmp")
    one(NEM_DAY - timedelta(1), "nem", "nem_dispatchis", hours=(0, 24), nem_forms=("archive",))
    one(NEM_DAY, "nem", "nem_dispatchis", hours=(0, 2))
    one(date(2024, 8, 1), "nem", "nem_dispatchis", nem_forms=("mmsdm",))
    return folder


@pytest.fixture
def server(samples: Path) -> Iterator[Start]:
    running: list[mirror.Mirror] = []

    def start(**options: Any) -> mirror.Mirror:
        running.append(mirror.start(samples, **options))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def settings_for(url: str, **more: Any) -> Settings:
    values = {
        "ercot_mis_url": url,
        "ercot_mis_html_url": url,
        "ercot_api_url": url + API,
        "ercot_token_url": url + TOKEN_PATH,
        "caiso_url": url,
        "nemweb_url": url,
        "retry_base_s": 0.01,
        "retry_cap_s": 0.05,
    }
    return Settings(**(values | more))


def extract(
    url: str, feed: str, folder: Path, start: date | None, end: date | None, **more: Any
) -> tuple[list[Candidate], list[Fetched], list[FetchFailed]]:
    settings = settings_for(url, **more)

    async def go():
        async with PoliteClient(settings) as client:
            window = Window(start, end, NOW)
            chosen = load_catalogue()[feed]
            found = await list_feed(chosen, window, client, settings, lambda _: False)
            async with aclosing(fetch_all(found, client, folder)) as items:
                return found, [item async for item in items]

    found, items = asyncio.run(go())
    good = [i for i in items if isinstance(i, Fetched)]
    return found, good, [i for i in items if isinstance(i, FetchFailed)]


def stored(samples: Path, operator: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (samples / operator).rglob("*.zip")}


def same_as_stored(good: list[Fetched], samples: Path, operator: str) -> bool:
    files = stored(samples, operator)
    return all(files[item.name] == item.path.read_bytes() for item in good)


# ERCOT


def test_ercot_list_and_download(server: Start, samples: Path, tmp_path: Path) -> None:
    found, good, failed = extract(
        server().url, "ercot_np6_905_cd", tmp_path, AUTUMN, AUTUMN + timedelta(1)
    )
    assert len(found) == len(good) == len(stored(samples, "ercot")) and not failed
    assert same_as_stored(good, samples, "ercot")
    moments = [c.published_at for c in found if c.published_at]
    # the repeated hour: both passages, told apart by the name alone
    assert len(set(moments)) == len(found) == len(moments) and moments == sorted(moments)
    assert any("xhr" in c.name for c in found)


def test_ercot_html_list_when_the_json_fails(server: Start, tmp_path: Path) -> None:
    running = server(faults=[{"path": "IceDocListJsonWS", "kind": "html"}])
    by_page, _, failed = extract(running.url, "ercot_np6_905_cd", tmp_path, None, None)
    running.clear_faults()
    by_json, _, _ = extract(running.url, "ercot_np6_905_cd", tmp_path, None, None)
    assert by_page and not failed
    assert [(c.key, c.name, c.url) for c in by_page] == [(c.key, c.name, c.url) for c in by_json]


def test_ercot_archive_with_an_account(server: Start, samples: Path, tmp_path: Path) -> None:
    running = server(
        faults=[{"path": "/misapp/", "kind": "status", "status": 403}],
        credentials=mirror.Credentials("user", "password", "key", token_seconds=3600),
    )
    account = {
        "ercot_username": "user",
        "ercot_password": "password",
        "ercot_subscription_key": "key",
    }
    found, good, failed = extract(
        running.url, "ercot_np6_905_cd", tmp_path, AUTUMN, AUTUMN + timedelta(1), **account
    )
    assert len(found) == len(good) == len(stored(samples, "ercot")) and not failed
    assert same_as_stored(good, samples, "ercot")  # and so with the names that MIS lists
    assert {c.key for c in found} == {f"ercot:{c.url.rpartition('=')[2]}" for c in found}


# CAISO


def test_caiso_day_of_25_hours(server: Start, tmp_path: Path) -> None:
    found, good, failed = extract(
        server().url,
        "caiso_prc_lmp",
        tmp_path,
        AUTUMN,
        AUTUMN + timedelta(1),
        caiso_nodes="TH_NP15_GEN-APND,TH_SP15_GEN-APND",
    )
    assert len(found) == len(good) == 1 and not failed
    assert good[0].name.startswith("20251102_20251103_PRC_LMP_DAM_")
    with zipfile.ZipFile(good[0].path) as archive:
        (member,) = archive.namelist()
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open(member), "utf-8")))
    assert {r["NODE"] for r in rows} == {"TH_NP15_GEN-APND", "TH_SP15_GEN-APND"}
    assert len({r["INTERVALSTARTTIME_GMT"] for r in rows}) == 25
    assert {r["OPR_DT"] for r in rows} == {"2025-11-02"}


def test_caiso_error_answers_are_downloads_like_others(server: Start, tmp_path: Path) -> None:
    day = date(2020, 1, 1)
    _, good, failed = extract(server().url, "caiso_prc_lmp", tmp_path, day, day + timedelta(1))
    assert len(good) == 1 and not failed
    with zipfile.ZipFile(good[0].path) as archive:
        assert b"1000" in archive.read(archive.namelist()[0])


def test_caiso_is_asked_politely(server: Start, tmp_path: Path) -> None:
    running = server(seconds_between={"caiso": 0.2})
    found, good, failed = extract(
        running.url,
        "caiso_prc_as",
        tmp_path,
        date(2020, 1, 1),
        date(2020, 1, 6),
        caiso_spacing_s=0.25,
    )
    assert len(found) == len(good) == 5 and not failed
    site = running.stats()["sites"]["caiso"]
    assert site["statuses"] == {"200": 5} and site["most_under_way"] == 1


# NEM


def test_nem_current_archive_and_months(server: Start, samples: Path, tmp_path: Path) -> None:
    url, feed = server().url, "nem_dispatchis"
    files = stored(samples, "nem")
    current, good, failed = extract(url, feed, tmp_path, None, None)
    assert len(current) == len(good) == 24 and not failed
    assert same_as_stored(good, samples, "nem")

    both, good, failed = extract(
        url, feed, tmp_path, NEM_DAY - timedelta(1), NEM_DAY + timedelta(1)
    )
    archived = [c for c in both if "/archive/" in c.key]
    assert [c.name for c in archived] == ["PUBLIC_DISPATCHIS_20260614.zip"] and not failed
    assert len(both) == 25 and same_as_stored(good, samples, "nem")

    months, good, failed = extract(url, feed, tmp_path, date(2024, 8, 1), date(2024, 8, 2))
    assert months and not failed and same_as_stored(good, samples, "nem")
    assert all(c.name in files and "%2523" in c.url for c in months)
    assert {c.name.split("%23")[1] for c in months} == {
        "DISPATCHPRICE",
        "DISPATCHREGIONSUM",
        "DISPATCHINTERCONNECTORRES",
        "DISPATCHCONSTRAINT",
    }


UNIT_FEEDS = ("nem_next_day_dispatch", "nem_rooftop_actual", "nem_operational_demand", "nem_cdeii")


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of the NEM's other folders, in all three forms."""
    folder = tmp_path_factory.mktemp("units")
    feeds = [*UNIT_FEEDS, "nem_participant_registration"]
    for day, count, forms in (
        (NEM_DAY - timedelta(1), 1, ("archive",)),
        (NEM_DAY, 1, ("current",)),
        (date(2024, 8, 1), 2, ("mmsdm",)),
        (date(2026, 5, 31), 1, ("mmsdm",)),
    ):
        write(
            folder, SEED, day, day + timedelta(count), operators=["nem"], feeds=feeds,
            nem_forms=forms,
        )  # fmt: skip
    return folder


def fetched(units: Path, feed: str, folder: Path, start: date | None, end: date | None, **options):
    """Names that were fetched for a window, and what failed; the mirror serves every folder."""
    running = mirror.start(units, **options)
    try:
        _, good, failed = extract(running.url, feed, folder, start, end)
    finally:
        running.stop()
    files = {p.name: p.read_bytes() for p in (units / "nem").rglob("*") if p.is_file()}
    assert all(files[item.name] == item.path.read_bytes() for item in good)
    return sorted(item.name for item in good), failed


def test_a_market_day_of_units_comes_from_two_trading_days(units: Path, tmp_path: Path) -> None:
    names, failed = fetched(
        units, "nem_next_day_dispatch", tmp_path, NEM_DAY, NEM_DAY + timedelta(1)
    )
    # the trading day before is in the month of the archive alone
    assert [n[:33] for n in names] == [
        "PUBLIC_NEXT_DAY_DISPATCH_20260601"[:33],
        "PUBLIC_NEXT_DAY_DISPATCH_20260615"[:33],
    ]
    assert not failed


def test_rooftop_of_a_week_and_of_a_month(units: Path, tmp_path: Path) -> None:
    day = NEM_DAY - timedelta(1)
    names, failed = fetched(units, "nem_rooftop_actual", tmp_path, day, NEM_DAY)
    assert names == [
        f"PUBLIC_ROOFTOP_PV_ACTUAL_{kind}_20260611.zip" for kind in ("MEASUREMENT", "SATELLITE")
    ]
    assert not failed
    names, failed = fetched(
        units, "nem_rooftop_actual", tmp_path, date(2024, 8, 1), date(2024, 8, 3)
    )
    assert names == ["PUBLIC_ARCHIVE%23ROOFTOP_PV_ACTUAL%23FILE01%23202408010000.zip"]
    # the half hour that ends at midnight is the day's last, and its stamp is 00:30 of the next
    names, _ = fetched(units, "nem_rooftop_actual", tmp_path, NEM_DAY, NEM_DAY + timedelta(1))
    current = [n for n in names if re.search(r"_\d{14}_", n)]
    stamps = [re.search(r"_(\d{14})_", n).group(1) for n in current]
    assert len(current) == 2 * 48
    assert (min(stamps), max(stamps)) == ("20260615010000", "20260616003000")


def test_registration_without_dates_is_the_newest_month(units: Path, tmp_path: Path) -> None:
    names, failed = fetched(units, "nem_participant_registration", tmp_path, None, None)
    assert names == [
        f"PUBLIC_ARCHIVE%23{table}%23FILE01%23202605010000.zip"
        for table in ("DUDETAIL", "DUDETAILSUMMARY", "STATION")
    ]
    assert not failed


def test_the_rolling_year_of_demand_comes_with_the_half_hours(units: Path, tmp_path: Path) -> None:
    names, failed = fetched(units, "nem_operational_demand", tmp_path, None, None)
    assert sum("_5MIN_" in n for n in names) == 1 and len(names) == 1 + 48 and not failed


@pytest.mark.parametrize("feed", UNIT_FEEDS)
def test_refused_too_often_and_listed_too_early(units: Path, tmp_path: Path, feed: str) -> None:
    """403 is waited out; a file that is listed and not there yet fails, and the others come."""
    calm, failed = fetched(units, feed, tmp_path, None, None)
    assert calm and not failed
    refused = {"path": "Reports/Current", "kind": "status", "status": 403, "first": 3}
    assert fetched(units, feed, tmp_path, None, None, faults=[refused]) == (calm, [])
    early = {"path": re.escape(calm[0]), "kind": "status", "status": 404}
    names, failed = fetched(units, feed, tmp_path, None, None, faults=[early])
    assert names == calm[1:] and [f.candidate.name for f in failed] == calm[:1]


# misbehaviour


@pytest.mark.parametrize(
    "fault",
    [
        # Four files are under way at once, so of N bad answers at most N - 3 hit the same file:
        # fewer than the tries that it has.
        {"kind": "status", "status": 429, "retry_after": 0.05, "first": 8},
        {"kind": "status", "status": 403, "first": 8},
        {"kind": "status", "status": 503, "first": 8},
        {"kind": "slow", "seconds": 0.02},
        {"kind": "cut", "first": 8},
        {"kind": "cut", "bytes": 0, "first": 8},
        {"kind": "html", "first": 5},
        {"kind": "truncate", "first": 5},
        {"kind": "zero_tail", "first": 5},
        {"kind": "flip", "first": 5},
    ],
    ids=lambda f: f"{f['kind']}-{f.get('status', '')}",
)
def test_passing_faults_cost_nothing(
    fault: dict, server: Start, samples: Path, tmp_path: Path
) -> None:
    running = server(faults=[{"path": r"Current/DispatchIS_Reports/.*\.zip$", **fault}])
    found, good, failed = extract(running.url, "nem_dispatchis", tmp_path, None, None)
    assert len(found) == len(good) == 24, [f.message for f in failed]
    assert same_as_stored(good, samples, "nem")
    assert running.faults()[0]["seen"] >= 24


def test_lasting_faults_become_failures_and_leave_the_rest(
    server: Start, samples: Path, tmp_path: Path
) -> None:
    faults = {"0005_": "cut", "0010_": "html", "0015_": "truncate"}
    rules = [{"path": rf"20260615{clock}", "kind": kind} for clock, kind in faults.items()]
    rules.append({"path": "202606150020_", "kind": "status", "status": 404})
    running = server(faults=rules)
    _, good, failed = extract(running.url, "nem_dispatchis", tmp_path, None, None)
    assert len(good) == 20 and same_as_stored(good, samples, "nem")
    assert {f.candidate.name[26:30]: f.outcome for f in failed} == {
        "0005": "cut_off",
        "0010": "wrong_bytes",
        "0015": "wrong_bytes",
        "0020": "expired",
    }
    assert len(list(tmp_path.iterdir())) == 20
