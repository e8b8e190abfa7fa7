"""Fakes for the tests of listing and fetching: a clock that never waits, feeds, a client."""

from __future__ import annotations

import asyncio
import io
import random
import zipfile
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx

from extract.polite import PoliteClient
from gridhouse.settings import Settings

T = TypeVar("T")
Handler = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


class FakeClock:
    """Time that passes only by sleeping; `now` follows it from `start`."""

    def __init__(self, start: datetime = datetime(2026, 1, 15, 12, tzinfo=UTC)):
        self.start, self.seconds = start, 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


def fake_client(
    handler: Handler, clock: FakeClock | None = None, **settings: Any
) -> tuple[PoliteClient, Settings]:
    """A client whose every request goes to `handler`, and its settings."""
    clock = clock or FakeClock()
    made = Settings(**settings)
    client = PoliteClient(
        made,
        transport=httpx.MockTransport(handler),
        clock=clock.clock,
        sleep=clock.sleep,
        now=clock.now,
        rng=random.Random(7),
    )
    return client, made


def feed(identity: str, index: dict[str, Any], **changes: Any) -> Any:
    """As much of a catalogue feed as listing needs."""
    operator = identity.partition("_")[0]
    zones = {"ercot": "America/Chicago", "caiso": "America/Los_Angeles", "nem": "Etc/GMT-10"}
    values = {
        "id": identity,
        "operator": operator,
        "index": index,
        "time_zone": zones[operator],
        "zone": ZoneInfo(zones[operator]),
        "cadence": timedelta(days=1),
        "online_days": 31,
        "is_listed": True,
    }
    return SimpleNamespace(**(values | changes))


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


def zip_bytes(member: str = "a.csv", text: str = "a,b\n1,2\n") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, text)
    return out.getvalue()


def nothing_known(_: str) -> bool:
    return False
