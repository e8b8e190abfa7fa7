"""ERCOT's Public API, with an account: rows of a data endpoint, where nothing gives documents.

`index` of the catalogue: `api_endpoint` below `api_product`, and `api_date_field`, the field by
whose days its rows are asked for. A candidate is a day of rows, which come page by page
(`extract.paged`). Rows have no time of publication unless a field says so, so what does (files,
corrections) comes after them in the order of revisions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from extract.catalogue import normalize_header
from extract.index import OPEN, Candidate, ListingError, OtherDoor, Window, ercot_api
from extract.index.ercot_documents import CENTRAL, DAY, posting_days
from extract.polite import Trouble

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings

PAGE_ROWS = 100_000  # known to be served; a page of the widest product is 25 MB
SETTLED = timedelta(days=2)  # rows of a day are posted until the end of the day after it


@dataclass(frozen=True, slots=True)
class Meta:
    """What a page says of the whole answer: its rows in total, and how many a full page holds."""

    total: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    def rows_of(self, page: int) -> int:
        """Rows that a page (from 1) must hold."""
        return min(self.size, self.total - (page - 1) * self.size)


async def documents(
    feed: Feed,
    window: Window,
    client: PoliteClient,
    settings: Settings,
    instead_of: ListingError | None = None,
    until: date | None = None,
) -> list[Candidate]:
    """Documents of the account's archive and bundles; where they give none, days of rows.

    `instead_of` is the failure that led here. `until` is the last day for which rows are asked, as
    later ones come through the list. Raises OtherDoor with the days of rows, and ListingError where
    they cannot be had either, or where the account's quota is used up.
    """
    try:
        found = await ercot_api.documents(feed, window, client, settings, instead_of)
        if found or "api_endpoint" not in feed.index:
            return found
        reason = "the archive lists no document of these days"
        if instead_of:
            reason = f"{instead_of}; and {reason}"
    except ListingError as error:
        if error.candidates or error.outcome == "throttled" or "api_endpoint" not in feed.index:
            raise
        reason = str(error)
    first, last = _days(feed, window, until)
    base = f"{settings.ercot_api_url}/{_path(feed)}"
    total = await _count(feed, _url(feed, base, first, last, 1), client, reason)
    days = list(_each_day(feed, base, first, last, window)) if total else []
    raise OtherDoor(
        feed.id,
        base,
        f"rows are asked for from here, day by day, since there are no documents: {reason}",
        f"{total} rows from {first} to {last}",
        candidates=days,
    )


def _path(feed: Feed) -> str:
    return f"{str(feed.index['api_product']).lower()}/{feed.index['api_endpoint']}"


def _days(feed: Feed, window: Window, until: date | None) -> tuple[date, date]:
    """First and last day to ask for: market days, or days of posting with their slack."""
    today = window.now.astimezone(CENTRAL).date()
    if feed.index["api_date_field"] == "postedDatetime":
        first, last = posting_days(window)
        last = last or today
    else:
        first, last = window.start, window.end - DAY if window.end else None
        last = last or today + DAY  # the day-ahead market knows tomorrow
    first = first or today - timedelta(days=feed.online_days)
    first = max(first, feed.first_run) if feed.first_run else first
    last = min(last, until) if until else last
    return first, max(first, last)


def _url(feed: Feed, base: str, first: date, last: date, size: int) -> str:
    """The call for a range of days, both included, in the order of time: new rows come last."""
    field = str(feed.index["api_date_field"])
    header = normalize_header(field)
    column = next(c for t in feed.tables for c in t.columns if header in c.source_names)
    clock = ("T00:00:00", "T23:59:59") if column.data_type == "timestamp" else ("", "")
    query = {
        f"{field}From": f"{first}{clock[0]}",
        f"{field}To": f"{last}{clock[1]}",
        "sort": field,
        "dir": "ASC",
        "size": size,
        "page": 1,
    }
    return f"{base}?{urlencode(query, safe=':')}"


async def _count(feed: Feed, url: str, client: PoliteClient, reason: str) -> int:
    """How many rows there are, before each day is asked for them."""
    try:
        _, meta = rows_and_meta(json.loads((await client.read(url)).content))
    except (Trouble, ValueError) as error:
        raise ListingError(
            feed.id,
            url,
            f"{error} (asked because of: {reason})",
            "run again later; if it stays, check api_endpoint and api_date_field in the catalogue",
            outcome=error.outcome if isinstance(error, Trouble) else "not_recognised",
        ) from error
    return meta.total


def _each_day(
    feed: Feed, base: str, first: date, last: date, window: Window
) -> Iterator[Candidate]:
    """A candidate per day, oldest first.

    A day that is not over is asked for again each time, under a key and a name of its own: what it
    holds so far says nothing about the whole.
    """
    today = window.now.astimezone(CENTRAL).date()
    field = feed.index["api_date_field"]
    name = f"{str(feed.index['api_product']).upper()}_{feed.index['api_endpoint']}"
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        is_open = day + SETTLED > today
        yield Candidate(
            feed=feed.id,
            key=f"ercot-data:{_path(feed)}{OPEN if is_open else ''}?{field}={day}&page=1",
            name=f"{name}_{day}{'_open' if is_open else ''}_page1.json",
            url=_url(feed, base, day, day, PAGE_ROWS),
            published_at=None,
            recheck=is_open,
            paged=True,
        )


def page_of(first: Candidate, number: int) -> Candidate:
    """A page of the answer that `first` begins, a publication of its own."""

    def turned(text: str, end: str) -> str:
        return text.removesuffix(end.format(1)) + end.format(number)

    return replace(
        first,
        key=turned(first.key, "page={}"),
        name=turned(first.name, "_page{}.json"),
        url=turned(first.url, "page={}"),
        paged=False,
    )


def rows_and_meta(document: Any) -> tuple[int, Meta]:
    """The number of rows of a page, and what it says of the whole answer.

    Raises ValueError for another document.
    """
    meta = document.get("_meta") if isinstance(document, dict) else None
    if not isinstance(meta, dict) or not isinstance(document.get("data"), list):
        raise ValueError("it lacks _meta or data")
    total, size = meta.get("totalRecords"), meta.get("pageSize")
    if not isinstance(total, int) or not isinstance(size, int) or total < 0 or size < 1:
        raise ValueError(f"_meta does not say totalRecords and pageSize: {str(meta)[:200]}")
    return len(document["data"]), Meta(total, size)
