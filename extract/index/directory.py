"""Directory pages whose files have a day, a month or a year in their names (AEMO's for the WEM).

`index` of the catalogue: `base`, the setting with the site; `current`, the site paths of the
folders that are always looked at; `previous`, those that a window is looked for in as well;
`days_over`, how many days a file goes on after the period in its name (a trading day that ends on
the next morning).
A file is one of the feed's if its name fits the feed's `names`.

A file that is written again under its old name is another publication: its key has the time and
size that the page shows.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from extract.index import Candidate, Known, ListingError, Window, safe_name
from extract.index.directory_page import Entry, read_directory_page
from extract.index.url import base_of
from extract.polite import Trouble

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings

DAY = timedelta(days=1)
_PERIOD = re.compile(r"[-_](20\d\d)(?:-?([01]\d)(?:-?([0-3]\d))?)?(?=\d{4}|[._])")


async def candidates(
    feed: Feed, window: Window, client: PoliteClient, settings: Settings, known: Known
) -> list[Candidate]:
    """What the folders hold, oldest name first. Raises ListingError after all were tried."""
    folders = list(feed.index.get("current") or ())
    if window.start or window.end:
        folders += feed.index.get("previous") or ()
    base, found = base_of(feed, settings), []
    troubles: list[ListingError] = []
    for folder in folders:
        try:
            entries = await _entries(feed, base, folder, client)
        except ListingError as error:
            troubles.append(error)
            continue
        over = timedelta(days=feed.index.get("days_over", 0))
        found += [
            _candidate(feed, base, folder, entry)
            for entry in sorted(entries, key=lambda e: e.name)
            if _overlaps(entry.name, window, over)
        ]
    if troubles:
        troubles[0].candidates = found
        raise troubles[0]
    return found


async def _entries(feed: Feed, base: str, folder: str, client: PoliteClient) -> list[Entry]:
    url = base + folder
    try:
        answer = await client.read(url)
    except Trouble as trouble:
        raise ListingError(
            feed.id,
            url,
            str(trouble),
            f"run again later, or check the setting {feed.index['base']} and the folder in the "
            "catalogue",
            outcome=trouble.outcome,
        ) from trouble
    entries = read_directory_page(answer.text, folder)
    if entries is None:
        raise ListingError(
            feed.id,
            url,
            "the answer is not a directory page",
            "open the URL in a browser: the site may be under maintenance or have moved",
            outcome="not_recognised",
        )
    return [
        e for e in entries if not e.is_folder and any(p.search(e.name) for p in feed.name_patterns)
    ]


def _overlaps(name: str, window: Window, over: timedelta) -> bool:
    first, last = period(name)
    if first is None or last is None:
        return True  # cannot be told: better twice than never
    started = window.end is None or first < window.end
    return started and (window.start is None or last + over >= window.start)


def period(name: str) -> tuple[date | None, date | None]:
    """First and last day of the day, month or year in a file's name, or (None, None)."""
    match = _PERIOD.search(name)
    if match is None:
        return None, None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:  # digits that are no date
        return None, None
    if day:
        return first, first
    last_month = month or 12
    return first, date(year, last_month, calendar.monthrange(year, last_month)[1])


def _candidate(feed: Feed, base: str, folder: str, entry: Entry) -> Candidate:
    listed = entry.listed_at
    stamp = f"#{listed:%Y%m%d%H%M}-{entry.size or 0}" if listed else ""
    return Candidate(
        feed=feed.id,
        key=f"{folder}{entry.name}".lower() + stamp,
        name=safe_name(entry.name),
        url=f"{base}{folder}{entry.quoted}",
        published_at=None,
        size=entry.size,
        recheck=not stamp,
        listed_at=listed.replace(tzinfo=feed.zone).astimezone(UTC) if listed else None,
    )
