"""CAISO OASIS: there is no list, so the requests themselves are the candidates.

`index` of the catalogue: `queryname`, `version`, `params` (a list as a value means one request
each), `max_days` (31 by default), `end_ignored` with `per: day|hour` for group requests, and
optionally `back_days`, `ahead_days`, `back_hours` for the default window.

Keys. A request's key is its parameters, without the time of asking. While its days are younger
than `recheck_days` it is asked again once a day (UTC), because prices are corrected. An answer that
cannot be complete yet has a key of its own, ending in `@partial`, and is asked for in every run.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from extract.index import Candidate, Known, Window, asked_on

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings

MOST_DAYS = 31  # error 1004 above
MOST_NODES = 10  # error 1017 above
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SETTLES = HOUR  # how long after a span's end its last values may still be missing
DAY_AHEAD_BY = timedelta(hours=9)  # prices of a day are out by 15:00 Pacific the day before
GROUPS = ("ALL", "ALL_APNODES")
PARTIAL = "@partial"


@dataclass(frozen=True, slots=True)
class Span:
    """One request's time: UTC instants, end excluded, and the trading days that it touches."""

    start: datetime
    end: datetime
    first: date
    stop: date  # the exclusive end date, as OASIS prints it in names


async def candidates(
    feed: Feed, window: Window, client: PoliteClient, settings: Settings, known: Known
) -> list[Candidate]:
    """Requests for the window; without one, yesterday to tomorrow (or the last hours).

    Without a window, days that are already held and can still be corrected follow at the end.
    """
    day = window.now.astimezone(UTC).date()

    def is_due(candidate: Candidate) -> bool:
        settled_today = known(candidate.key) and known(asked_on(candidate.url, day))
        return candidate.key.endswith(PARTIAL) or not (candidate.recheck and settled_today)

    plan = _Plan(feed, window, settings, known)
    return [c for c in (*plan.asked_for(), *plan.corrections()) if is_due(c)]


class _Plan:
    def __init__(self, feed: Feed, window: Window, settings: Settings, known: Known):
        self.feed, self.window, self.known = feed, window, known
        self.index = feed.index
        self.zone = feed.zone
        self.now = window.now.astimezone(UTC)
        self.today = window.now.astimezone(self.zone).date()
        self.recent_from = self.today - timedelta(days=settings.recheck_days)
        self.url = f"{settings.caiso_url}/oasisapi/SingleZip"
        self.requests = list(_parameters(self.index, settings))
        self.by_hour = self._is_by_hour()
        self.most_days = 1 if self._end_ignored() else int(self.index.get("max_days", MOST_DAYS))

    def _end_ignored(self) -> bool:
        by_node = any("node" in r for r in self.requests)
        by_group = any("grp_type" in r for r in self.requests)
        return by_group or (bool(self.index.get("end_ignored")) and not by_node)

    def _is_by_hour(self) -> bool:
        if not self._end_ignored():
            return False
        runs = {str(r.get("market_run_id")) for r in self.requests}
        return self.index.get("per", "day" if runs <= {"DAM", "RUC"} else "hour") == "hour"

    def asked_for(self) -> Iterator[Candidate]:
        for span in self._spans():
            if self.feed.cadence < HOUR and span.start > self.now:
                continue  # real-time prices of the future: nothing to ask for yet
            yield from (self._candidate(span, request) for request in self.requests)

    def _spans(self) -> list[Span]:
        start, end = self.window.start, self.window.end
        if start is None and end is None and self.feed.cadence < HOUR:
            this_hour = self.now.replace(minute=0, second=0, microsecond=0)
            back = timedelta(hours=int(self.index.get("back_hours", 3)))
            return hour_spans(this_hour - back, this_hour + HOUR, self.zone)
        end = end or self.today + timedelta(days=int(self.index.get("ahead_days", 1)) + 1)
        start = start or min(self._default_start(), end - DAY)
        return self._split(start, end)

    def _default_start(self) -> date:
        return self.today - timedelta(days=int(self.index.get("back_days", 1)))

    def _split(self, start: date, end: date) -> list[Span]:
        if self.by_hour:
            return hour_spans(midnight(start, self.zone), midnight(end, self.zone), self.zone)
        return day_spans(start, end, self.most_days, self.recent_from, self.zone)

    def corrections(self) -> Iterator[Candidate]:
        """Held days, younger than the limit, that the default window does not reach."""
        if self.window.start is not None or self.window.end is not None:
            return
        until = self.today if self.feed.cadence < HOUR else self._default_start()
        if self.recent_from >= until:
            return
        for span in self._split(self.recent_from, until):
            for request in self.requests:
                if self._was_asked(span, request):
                    yield self._candidate(span, request)

    def _was_asked(self, span: Span, request: dict[str, str]) -> bool:
        """Whether the span was downloaded, as far as the ledger remembers single days."""
        spans = [span]
        if self.feed.cadence < HOUR and not self.by_hour:  # the default window asks by hour
            spans += hour_spans(span.start, span.end, self.zone)
        today = self.now.date()
        days = [today - n * DAY for n in range((today - span.first).days + 3)]
        urls = [self._url(s, request) for s in spans]
        return any(self.known(asked_on(url, day)) for url in urls for day in days)

    def _candidate(self, span: Span, request: dict[str, str]) -> Candidate:
        key, complete = self._key(span, request), self._complete_at(span, request) <= self.now
        return Candidate(
            feed=self.feed.id,
            key=key if complete else key + PARTIAL,
            name=self._name(span, request),
            url=self._url(span, request),
            published_at=None,  # OASIS does not say when it published a value
            recheck=not complete or span.stop > self.recent_from,
            name_is_guess=True,
        )

    def _complete_at(self, span: Span, request: dict[str, str]) -> datetime:
        day_ahead_prices = (
            str(self.index["queryname"]).startswith("PRC_")
            and request.get("market_run_id") == "DAM"
            and not self.by_hour
        )
        if day_ahead_prices:
            return midnight(span.stop - DAY, self.zone) - DAY_AHEAD_BY
        return span.end + SETTLES

    def _query(self, span: Span, request: dict[str, str]) -> dict[str, str]:
        return {
            "queryname": str(self.index["queryname"]),
            "version": str(self.index["version"]),
            "resultformat": "6",
            **request,
            "startdatetime": f"{span.start:%Y%m%dT%H:%M}-0000",
            "enddatetime": f"{span.end:%Y%m%dT%H:%M}-0000",
        }

    def _url(self, span: Span, request: dict[str, str]) -> str:
        return f"{self.url}?{urlencode(self._query(span, request), safe=':,')}"

    def _key(self, span: Span, request: dict[str, str]) -> str:
        query = sorted(self._query(span, request).items())
        return "oasis:" + "&".join(f"{name}={value}" for name, value in query)

    def _name(self, span: Span, request: dict[str, str]) -> str:
        """As OASIS would name the answer; the answer's own header knows better."""
        asked = self.now.astimezone(self.zone)
        return (
            f"{span.first:%Y%m%d}_{span.stop:%Y%m%d}_{self.index['queryname']}_"
            f"{request.get('market_run_id', 'N')}_{asked:%Y%m%d_%H_%M_%S}_"
            f"v{self.index['version']}_csv.zip"
        )


def _parameters(index: dict[str, Any], settings: Settings) -> Iterator[dict[str, str]]:
    """The parameters of every request for one span: list values multiplied out, nodes in tens.

    Nodes are those of the settings where they name some, else the catalogue's.
    """
    params: dict[str, Any] = dict(index.get("params") or {})
    nodes: tuple[str, ...] = ()
    if str(index["queryname"]).endswith("_LMP"):
        if settings.caiso_nodes:
            nodes = settings.caiso_nodes
            params = {name: v for name, v in params.items() if name not in ("node", "grp_type")}
        elif "node" in params:
            node = params.pop("node")
            nodes = tuple(node if isinstance(node, list) else str(node).split(","))
    choices: list[list[dict[str, str]]] = [
        [{name: str(v)} for v in (value if isinstance(value, list | tuple) else [value])]
        for name, value in params.items()
    ]
    if len(nodes) == 1 and nodes[0] in GROUPS:
        choices.append([{"grp_type": nodes[0]}])
    elif nodes:
        ordered = sorted({node.strip() for node in nodes})
        tens = (ordered[n : n + MOST_NODES] for n in range(0, len(ordered), MOST_NODES))
        choices.append([{"node": ",".join(ten)} for ten in tens])
    for combination in itertools.product(*choices):
        yield {name: value for part in combination for name, value in part.items()}


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a trading day begins on the market's clock."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_spans(
    start: date, end: date, most_days: int, recent_from: date, zone: ZoneInfo
) -> list[Span]:
    """Spans of at most `most_days` trading days that tile [start, end).

    They break at the first of each month, so that windows asked for on different days share
    requests; days from `recent_from` on stand alone, because each is asked again until settled.
    """
    spans, day = [], start
    while day < end:
        next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        stop = min(day + timedelta(days=most_days), next_month, end)
        if day >= recent_from:
            stop = day + DAY
        elif stop > recent_from:
            stop = recent_from
        spans.append(Span(midnight(day, zone), midnight(stop, zone), day, stop))
        day = stop
    return spans


def hour_spans(start: datetime, end: datetime, zone: ZoneInfo) -> list[Span]:
    """One span for each hour of [start, end): 23, 24 or 25 of them in a trading day."""
    spans, hour = [], start
    while hour < end:
        first = hour.astimezone(zone).date()
        last = (hour + HOUR - timedelta(seconds=1)).astimezone(zone).date()
        spans.append(Span(hour, hour + HOUR, first, last + DAY))
        hour += HOUR
    return spans
