"""NEMWEB: directory pages of the current, the archive and the monthly (MMSDM) folders.

`index` of the catalogue: `current` and `archive` (site paths), `mmsdm` (table names). Market time
is UTC+10 all year, also in names and listings. Stamps in names are the **end** of an interval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING

from extract.index import Candidate, Known, ListingError, Window, safe_name
from extract.index.directory_page import Entry, read_directory_page
from extract.polite import Trouble

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings

MARKET_TIME = timezone(timedelta(hours=10))
DAY = timedelta(days=1)
_STAMPS = re.compile(r"_(\d{14}|\d{12}|\d{8})(?:_(\d{8})(?=\.))?(?=[_.])")


@dataclass(frozen=True, slots=True)
class _Offer:
    """A listed file and the market days it holds (`last` included); no days when unknown."""

    folder: str
    entry: Entry
    first: date | None
    last: date | None

    def overlaps(self, start: date | None, end: date | None) -> bool:
        if self.first is None or self.last is None:
            return True  # cannot be told: better twice than never
        return (end is None or self.first < end) and (start is None or self.last >= start)


async def candidates(
    feed: Feed, window: Window, client: PoliteClient, settings: Settings, known: Known
) -> list[Candidate]:
    """Current files when nothing is asked for; with a window, the newest root that holds a day.

    Raises ListingError after all roots were tried; it carries what the others listed.
    """
    return await _Listing(feed, window, client, settings).run()


class _Listing:
    def __init__(self, feed: Feed, window: Window, client: PoliteClient, settings: Settings):
        self.feed, self.window, self.client, self.settings = feed, window, client, settings
        self.found: list[Candidate] = []

    async def run(self) -> list[Candidate]:
        start, end = self.window.start, self.window.end
        offers = await self._offers(self.feed.index["current"])
        self._take(offers, start, end)
        if start is None:
            return self.found
        # What a newer root does not hold from a day's first interval on, an older one must.
        tomorrow = self.window.now.astimezone(MARKET_TIME).date() + DAY
        older_end = min(end or tomorrow, _first_whole_day(offers) or tomorrow)
        troubles: list[ListingError] = []  # a root that is not there must not hide the others
        if start < older_end and (archive := self.feed.index.get("archive")):
            try:
                offers = await self._offers(archive)
                self._take(offers, start, older_end)
                older_end = min([older_end, *(o.first for o in offers if o.first)])
            except ListingError as error:
                troubles.append(error)
        if self.feed.index.get("mmsdm"):
            for month in _months(start, older_end):
                try:
                    self._take(self._monthly(await self._offers(mmsdm_folder(month))), None, None)
                except ListingError as error:
                    troubles.append(error)
        if troubles:
            troubles[0].candidates = list(self.found)
            raise troubles[0]
        return self.found

    def _monthly(self, offers: list[_Offer]) -> list[_Offer]:
        """The month's files of the feed's tables, in either era's spelling."""
        wanted = [
            re.compile(rf"^PUBLIC_(DVD_|ARCHIVE(#|%23)){table}\d?((#|%23)FILE\d+(#|%23)|_)\d", re.I)
            for table in map(re.escape, self.feed.index["mmsdm"])
        ]
        return [o for o in offers if any(w.match(o.entry.name) for w in wanted)]

    async def _offers(self, folder: str) -> list[_Offer]:
        url = self.settings.nemweb_url + folder
        try:
            answer = await self.client.read(url)
        except Trouble as trouble:
            raise ListingError(
                self.feed.id,
                url,
                str(trouble),
                "run again later, or check GRIDHOUSE_NEMWEB_URL and the folder in the catalogue",
                outcome=trouble.outcome,
            ) from trouble
        entries = read_directory_page(answer.text, folder)
        if entries is None:
            raise ListingError(
                self.feed.id,
                url,
                "the answer is not a directory page",
                "open the URL in a browser: the site may be under maintenance or have moved",
                outcome="not_recognised",
            )
        files = [
            e for e in entries if not e.is_folder and e.name.lower().endswith((".zip", ".csv"))
        ]
        return [_Offer(folder, e, *market_days(e.name)) for e in files]

    def _take(self, offers: list[_Offer], start: date | None, end: date | None) -> None:
        """Add offers to `found` (which errors share), oldest name first."""
        chosen = (o for o in offers if o.overlaps(start, end))
        self.found += [
            self._candidate(o) for o in sorted(chosen, key=lambda o: o.entry.name.upper())
        ]

    def _candidate(self, offer: _Offer) -> Candidate:
        entry = offer.entry
        listed = entry.listed_at
        return Candidate(
            feed=self.feed.id,
            key=f"{offer.folder}{entry.name}".lower(),
            name=safe_name(entry.name),
            url=f"{self.settings.nemweb_url}{offer.folder}{entry.quoted}",
            published_at=None,  # the file's first line says it better than the listing
            size=entry.size,
            listed_at=listed.replace(tzinfo=MARKET_TIME).astimezone(UTC) if listed else None,
        )


def mmsdm_folder(month: date) -> str:
    """Site path of one month of the monthly archive."""
    return (
        f"/Data_Archive/Wholesale_Electricity/MMSDM/{month:%Y}/MMSDM_{month:%Y_%m}/"
        "MMSDM_Historical_Data_SQLLoader/DATA/"
    )


def market_days(name: str) -> tuple[date | None, date | None]:
    """First and last market day that a file's name promises, or (None, None).

    `_yyyymmddHHMM[SS]_`: the day of the interval that **ends** then. `_yyyymmdd.`: that day.
    `_yyyymmdd_yyyymmdd.`: from the one to the other.
    """
    match = _STAMPS.search(name)
    if match is None:
        return None, None
    stamp, until = match.groups()
    try:
        if len(stamp) > 8:
            ends = datetime.strptime(stamp[:12], "%Y%m%d%H%M")
            day = (ends - timedelta(seconds=1)).date()
            return day, day
        first = datetime.strptime(stamp, "%Y%m%d").date()
        last = datetime.strptime(until, "%Y%m%d").date() if until else first
    except ValueError:  # digits that are no date
        return None, None
    return first, max(first, last)


def _first_whole_day(offers: list[_Offer]) -> date | None:
    """The first market day that the current folder holds from its first interval on."""
    stamps = sorted(
        datetime.strptime(match.group(1)[:12], "%Y%m%d%H%M")
        for o in offers
        if o.first is not None
        and (match := _STAMPS.search(o.entry.name))
        and len(match.group(1)) > 8
    )
    if not stamps:
        return None
    interval = min((b - a for a, b in pairwise(stamps) if b > a), default=timedelta(minutes=5))
    earliest = stamps[0]
    day = (earliest - timedelta(seconds=1)).date()
    return day if earliest - datetime.combine(day, time()) <= interval else day + DAY


def _months(start: date, end: date) -> Iterator[date]:
    """First days of the months that [start, end) touches."""
    month = start.replace(day=1)
    while start < end and month < end:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)
