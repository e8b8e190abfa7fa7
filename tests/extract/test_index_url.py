"""Documents at a fixed address: offered anew at each listing, and only for days they can hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from extract.fetch import Fetched
from extract.index import ListingError, Window, list_feed
from extract.remote import _entry
from tests.extract.http_fakes import fake_client, feed, run

NOW = datetime(2026, 1, 15, 3, tzinfo=UTC)  # 21:00 of 14 January in Texas
PATH = "/api/1/services/read/dashboards/energy-storage-resources.json"
DASHBOARD = feed(
    "ercot_dashboard", {"kind": "url", "base": "ercot_mis_url", "paths": [PATH]}, online_days=2
)


def refuse(request):
    pytest.fail(f"{request.url} was asked")


def listing(start=None, end=None, known=lambda _: True, **settings):
    client, made = fake_client(refuse, **settings)

    async def go():
        async with client:
            return await list_feed(DASHBOARD, Window(start, end, NOW), client, made, known)

    return run(go())


def test_it_is_offered_again_though_it_is_known() -> None:
    (found,) = listing()
    assert found.url == f"https://www.ercot.com{PATH}"
    assert (found.key, found.name) == (PATH, "energy-storage-resources.json")
    assert found.recheck and found.published_at is None


def test_the_site_is_a_setting() -> None:
    (found,) = listing(ercot_mis_url="http://127.0.0.1:8080")
    assert found.url == f"http://127.0.0.1:8080{PATH}"
    assert found.key == PATH  # the same document, whoever serves it


def test_a_key_in_an_address_is_asked_with_and_kept_nowhere() -> None:
    address = "https://example.org/a.json?apikey=s3cret&day=1"
    secret = feed("nem_prices", {"kind": "url", "urls": [address]})
    client, made = fake_client(refuse)

    async def go():
        async with client:
            return await list_feed(secret, Window(None, None, NOW), client, made, lambda _: False)

    (found,) = run(go())
    assert found.url == address
    fetched = Fetched(found, Path("a.json"), "0" * 64, 2, NOW, "a.json", 0.1)
    entry = _entry(secret, found, fetched)
    assert (entry.url, entry.key) == ("https://example.org/a.json?day=1",) * 2
    error = ListingError("nem_prices", address, "no answer", "run again")
    assert "s3cret" not in f"{error} {error.url}"


@pytest.mark.parametrize(
    ("start", "end", "offered"),
    [
        (date(2026, 1, 13), date(2026, 1, 14), 1),  # yesterday
        (date(2026, 1, 7), date(2026, 1, 15), 1),  # and days that are gone
        (date(2026, 1, 10), date(2026, 1, 13), 0),
    ],
)
def test_a_window_of_the_past_is_offered_nothing(start: date, end: date, offered: int) -> None:
    assert len(listing(start, end)) == offered
