"""NEMWEB: directory pages of the current, the archive and the monthly (MMSDM) folders.

`index` of the catalogue:

- `current`, `archive`: a site path, or a list of them.
- `archive_span`: what a file of the archive holds from the day in its name on: `day`, `week` or
  `month` (a name with two days says it itself).
- `mmsdm`: names of monthly tables. A feed that has nothing else is asked for the newest month.
- `mmsdm_folder`: where they lie if not in `DATA`: `PREDISP_ALL_DATA`, `P5MIN_ALL_DATA`.
- `rolling`: a folder of which each file holds all that the older ones hold. The newest is taken,
  once a week.
- `day: trading`: a day in a name is a trading day, from 04:00 to 04:00.
- `stamp_after`: minutes by which the stamp of a name is later than the end of its interval.

Market time is UTC+10 all year, also in names and listings. Stamps in names are the **end** of an
interval. A name without a stamp is written over: its listed time tells its publications apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any

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
class Naming:
    """What the stamps in a feed's names mean (see the keys of `index`)."""

    is_trading: bool = False
    stamp_after: timedelta = timedelta()
    span: str = "day"

    @classmethod
    def of(cls, index: Mapping[str, Any], span: str = "day") -> Naming:
        after = timedelta(minutes=index.get("stamp_after", 0))
        return cls(index.get("day") == "trading", after, span)


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
        self.troubles: list[ListingError] = []  # a folder that is not there hides no other

    async def run(self) -> list[Candidate]:
        start, end, index = self.window.start, self.window.end, self.feed.index
        offers, is_whole = await self._listed(_folders(index.get("current")), Naming.of(index))
        self._take(offers, start, end)
        if rolling := index.get("rolling"):
            newest, _ = await self._listed([rolling], Naming.of(index))
            self._take_newest(newest)
        if start is not None:
            # What a newer root does not hold from a day's first interval on, an older one must.
            first = _first_whole_day(offers, Naming.of(index)) if is_whole else None
            await self._older(start, end, first)
        elif not index.get("current"):
            await self._take_newest_month()
        self._raise_troubles()
        return self.found

    async def _older(self, start: date, end: date | None, first: date | None) -> None:
        """From the archive and the months, what the current folders do not hold: days before
        `first`; all of them for none.
        """
        index = self.feed.index
        tomorrow = self.window.now.astimezone(MARKET_TIME).date() + DAY
        older_end = min(end or tomorrow, first or tomorrow)
        if start < older_end and (archive := _folders(index.get("archive"))):
            naming = Naming.of(index, index.get("archive_span", "day"))
            offers, is_whole = await self._listed(archive, naming)
            self._take(offers, start, older_end)
            if is_whole:
                older_end = min([older_end, *(o.first for o in offers if o.first)])
        if index.get("mmsdm"):
            for month in _months(start, older_end):
                try:
                    self._take(await self._monthly(month), None, None)
                except ListingError as error:
                    if error.outcome != "expired" or self._is_due(month):
                        self.troubles.append(error)

    def _raise_troubles(self) -> None:
        if not self.troubles:
            return
        first, *others = self.troubles
        first.candidates = list(self.found)
        if others:
            first.args = ("; ".join(map(str, self.troubles)),)
        raise first

    def _is_due(self, month: date) -> bool:
        """Whether a month should be there by now: they come about the 8th of the next one."""
        next_month = (month + 32 * DAY).replace(day=1)
        return self.window.now.astimezone(MARKET_TIME).date() >= next_month + 14 * DAY

    async def _take_newest_month(self) -> None:
        """The month before if it is there already, else the one before that."""
        today = self.window.now.astimezone(MARKET_TIME).date()
        month = (today.replace(day=1) - DAY).replace(day=1)
        try:
            try:
                self._take(await self._monthly(month), None, None)
            except ListingError as error:
                if error.outcome != "expired" or self._is_due(month):
                    raise
                self._take(await self._monthly((month - DAY).replace(day=1)), None, None)
        except ListingError as error:
            self.troubles.append(error)

    async def _monthly(self, month: date) -> list[_Offer]:
        """A month's files of the feed's tables, in either era's spelling."""
        folder = mmsdm_folder(month, self.feed.index.get("mmsdm_folder", "DATA"))
        wanted = [
            re.compile(
                rf"^PUBLIC_(DVD_|ARCHIVE(#|%23)){table}\d?"
                r"((#|%23)(ALL(#|%23))?FILE\d+(#|%23)|_)\d",
                re.IGNORECASE,
            )
            for table in map(re.escape, self.feed.index["mmsdm"])
        ]
        offers = await self._offers(folder, Naming())
        return [o for o in offers if any(w.match(o.entry.name) for w in wanted)]

    async def _listed(self, folders: list[str], naming: Naming) -> tuple[list[_Offer], bool]:
        """The files of all folders that can be listed, and whether that is all of them."""
        offers, before = [], len(self.troubles)
        for folder in folders:
            try:
                offers += await self._offers(folder, naming)
            except ListingError as error:
                self.troubles.append(error)
        return offers, len(self.troubles) == before

    async def _offers(self, folder: str, naming: Naming) -> list[_Offer]:
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
        return [_Offer(folder, e, *market_days(e.name, naming)) for e in files]

    def _take(self, offers: list[_Offer], start: date | None, end: date | None) -> None:
        """Add offers to `found` (which errors share), oldest name first."""
        chosen = (o for o in offers if o.overlaps(start, end))
        self.found += [
            self._candidate(o) for o in sorted(chosen, key=lambda o: o.entry.name.upper())
        ]

    def _take_newest(self, offers: list[_Offer]) -> None:
        if offers:
            newest = max(offers, key=lambda o: o.entry.name.upper())
            week = "{}w{}".format(*self.window.now.isocalendar()[:2])
            self.found.append(self._candidate(newest, f"{newest.folder}{week}"))

    def _candidate(self, offer: _Offer, key: str | None = None) -> Candidate:
        entry = offer.entry
        listed = entry.listed_at
        if not key:
            key = f"{offer.folder}{entry.name}"
            if not _STAMPS.search(entry.name):  # written over
                key += f"#{listed:%Y%m%d%H%M}" if listed else f"#{entry.size}"
        return Candidate(
            feed=self.feed.id,
            key=key.lower(),
            name=safe_name(entry.name),
            url=f"{self.settings.nemweb_url}{offer.folder}{entry.quoted}",
            published_at=None,  # the file's first line says it better than the listing
            size=entry.size,
            listed_at=listed.replace(tzinfo=MARKET_TIME).astimezone(UTC) if listed else None,
        )


def _folders(paths: str | list[str] | None) -> list[str]:
    return [paths] if isinstance(paths, str) else paths or []


def mmsdm_folder(month: date, part: str = "DATA") -> str:
    """Site path of one month of the monthly archive."""
    return (
        f"/Data_Archive/Wholesale_Electricity/MMSDM/{month:%Y}/MMSDM_{month:%Y_%m}/"
        f"MMSDM_Historical_Data_SQLLoader/{part}/"
    )


def market_days(name: str, naming: Naming = Naming()) -> tuple[date | None, date | None]:
    """First and last market day that a file's name promises, or (None, None).

    `_yyyymmddHHMM[SS]_`: the day of the interval that **ends** then. `_yyyymmdd_` or `_yyyymmdd.`:
    that day, or what `naming` says. `_yyyymmdd_yyyymmdd.`: from the one to the other.
    """
    match = _STAMPS.search(name)
    if match is None:
        return None, None
    stamp, until = match.groups()
    try:
        if len(stamp) > 8:
            day = _market_day(_ends(stamp, naming))
            return day, day
        first = datetime.strptime(stamp, "%Y%m%d").date()
        last = datetime.strptime(until, "%Y%m%d").date() if until else _last_day(first, naming)
    except (ValueError, OverflowError):  # digits that are no date
        return None, None
    return first, max(first, last)


def _ends(stamp: str, naming: Naming) -> datetime:
    return datetime.strptime(stamp[:12], "%Y%m%d%H%M") - naming.stamp_after


def _market_day(ends: datetime) -> date:
    return (ends - timedelta(seconds=1)).date()


def _last_day(first: date, naming: Naming) -> date:
    """Last market day of a file whose name gives the first one alone."""
    last = first
    if naming.span == "week":
        last = first + 6 * DAY
    elif naming.span == "month":
        last = (first.replace(day=1) + 32 * DAY).replace(day=1) - DAY
    return last + DAY if naming.is_trading else last  # its last hours are the next day's first


def _first_whole_day(offers: list[_Offer], naming: Naming) -> date | None:
    """The first market day that the current folder holds from its first interval on."""
    stamps = [m.group(1) for o in offers if o.first and (m := _STAMPS.search(o.entry.name))]
    days = [datetime.strptime(s, "%Y%m%d").date() for s in stamps if len(s) == 8]
    if days:
        return min(days) + DAY if naming.is_trading else min(days)
    ends = sorted(_ends(s, naming) for s in stamps)
    if not ends:
        return None
    interval = min((b - a for a, b in pairwise(ends) if b > a), default=timedelta(minutes=5))
    day = _market_day(ends[0])
    return day if ends[0] - datetime.combine(day, time()) <= interval else day + DAY


def _months(start: date, end: date) -> Iterator[date]:
    """First days of the months that [start, end) touches."""
    month = start.replace(day=1)
    while start < end and month < end:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)
