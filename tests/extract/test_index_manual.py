"""A feed that no list offers: it is passed over, and whoever asks for it alone is told."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from extract.index import Window, list_feed
from extract.remote import from_operators
from extract.run import Report
from tests.extract.http_fakes import fake_client, feed, run

WINDOW = Window(None, None, datetime(2026, 1, 15, tzinfo=UTC))
PAGE = "https://www.ercot.com/gridinfo/load"
YEARBOOK = feed("ercot_yearbook", {"kind": "manual"}, is_listed=False, landing_page=PAGE)


def refuse(request):
    pytest.fail(f"{request.url} was asked")


def test_nothing_is_listed() -> None:
    async def listing():
        client, settings = fake_client(refuse)
        async with client:
            return await list_feed(YEARBOOK, WINDOW, client, settings, lambda _: False)

    assert run(listing()) == []


def test_asked_for_alone_it_says_where_files_come_from() -> None:
    _, settings = fake_client(refuse)
    nothing = SimpleNamespace(report=Report())  # what else a run has is not touched
    from_operators(nothing, [YEARBOOK], WINDOW, settings)
    assert nothing.report.ok
    assert nothing.report.warnings == [
        f"ercot_yearbook: no list of its files is known; get them from {PAGE} and land them with "
        "`gridhouse extract --from FOLDER`"
    ]


def test_among_others_it_is_passed_over_quietly(monkeypatch) -> None:
    listed = []

    class Nothing:
        def __init__(self, run, feeds, *_):
            listed.extend(feeds)

        start = stop = is_alive = lambda self: False

    monkeypatch.setattr("extract.remote._Downloads", Nothing)
    _, settings = fake_client(refuse)
    load = feed("ercot_load", {"kind": "ercot_mis"})
    fake = SimpleNamespace(report=Report(), known_of=lambda _: None, flush=lambda: None)
    from_operators(fake, [YEARBOOK, load], WINDOW, settings)
    assert listed == [load] and fake.report.warnings == []
