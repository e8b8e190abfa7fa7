"""Addresses with a day, a month or a year in them, on a site that lists nothing.

`index` of the catalogue: `base`, the setting with the site; `paths`, where `%Y`, `%m` and `%d`
stand for the period and `{word}` for each value of `each: {word: [...]}`; `period`, DAY, MONTH or
YEAR; `open_days`, for how many days after its end a period's document may still grow or be
corrected: until then it is asked for each time, and after that once. `needs` names a setting
without which the site answers nothing: the feed is then passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

from extract.index import OPEN, Candidate, Known, NotAsked, Window, safe_name
from extract.index.url import base_of, headers_of

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings

DAY = timedelta(days=1)
PERIODS = ("DAY", "MONTH", "YEAR")


async def candidates(
    feed: Feed, window: Window, client: PoliteClient, settings: Settings, known: Known
) -> list[Candidate]:
    """One candidate for each period of the window; without one, for those still open.

    Raises NotAsked where the setting that the site needs is missing.
    """
    index = feed.index
    needed = index.get("needs")
    if needed and not getattr(settings, needed):
        raise NotAsked(
            feed.id,
            base_of(feed, settings),
            "passed over, since the site answers only those with an access token",
            f"set GRIDHOUSE_{needed.upper()} to fetch it",
        )
    today = window.now.astimezone(feed.zone).date()
    open_days = timedelta(days=index.get("open_days", 0))
    start = window.start or today - open_days
    end = min(window.end or today + DAY, today + DAY)
    if feed.first_run:
        start = max(start, feed.first_run)
    base, found = base_of(feed, settings), []
    for first, last in _periods(index["period"], start, end):
        is_open = last + open_days >= today
        for path in index["paths"]:
            for filled in _each(path, index.get("each") or {}):
                found.append(_candidate(feed, settings, base, first.strftime(filled), is_open))
    return found


def _periods(kind: str, start: date, end: date) -> Iterator[tuple[date, date]]:
    """First and last days of the periods that [start, end) touches."""
    first = start if kind == "DAY" else start.replace(day=1)
    if kind == "YEAR":
        first = first.replace(month=1)
    while first < end and start < end:
        if kind == "DAY":
            after = first + DAY
        else:
            after = (first + timedelta(days=32 if kind == "MONTH" else 366)).replace(day=1)
            after = after.replace(month=1) if kind == "YEAR" else after
        yield first, after - DAY
        first = after


def _each(path: str, words: dict[str, list[str]]) -> Iterator[str]:
    for values in product(*words.values()):
        filled = path
        for word, value in zip(words, values, strict=True):
            filled = filled.replace(f"{{{word}}}", value)
        yield filled


def _candidate(feed: Feed, settings: Settings, base: str, path: str, is_open: bool) -> Candidate:
    return Candidate(
        feed=feed.id,
        key=path.lower() + (OPEN if is_open else ""),
        name=safe_name(path),
        url=f"{base}{path}",
        published_at=None,
        headers=headers_of(feed, settings),
        recheck=is_open,
    )
