"""Listing: what an operator offers for one feed, as download candidates.

`list_feed` dispatches on the feed's `index.kind`; each kind is one module of this package with a
coroutine `candidates(feed, window, client, settings, known)`. A new kind is a new module, named in
`list_feed`. A feed of kind `manual` is listed nowhere: its files come from a folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from extract.redact import without_secrets

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings

# Whether the ledger holds a key. Asked for `asked_on(url, day)`, it says whether that URL was
# downloaded on that day (UTC), changed or not: that is how a re-check happens once a day. A ledger
# that does not know says False; then the operator is asked once more than needed.
Known = Callable[[str], bool]

# In the key of what is not whole yet, and will have a key without it once it is.
OPEN = "#open"

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """One publication that can be downloaded.

    `key` is its stable identity at the operator: the ledger skips keys that it knows. Credentials
    are never part of `headers`; the client adds them by URL when the request is sent. `parts` are
    the publications that one call brings together (`extract.index.ercot_bulk`). One that is `paged`
    is the first page of an answer and stands for all of them (`extract.paged`).
    """

    feed: str
    key: str
    name: str
    url: str
    published_at: datetime | None  # aware, UTC; None when only the file itself can say
    size: int | None = None  # bytes, as listed: a hint
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    recheck: bool = False  # fetch even when the key is known
    listed_at: datetime | None = None  # the listing's own stamp (aware, UTC): a hint
    name_is_guess: bool = False  # the server's Content-Disposition knows better
    parts: tuple[Candidate, ...] = ()
    paged: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Market days asked for: `start` included, `end` excluded.

    None is "what the operator lists now"; `now` is aware.
    """

    start: date | None
    end: date | None
    now: datetime

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("Window.now must be an aware datetime")
        if self.start and self.end and self.start >= self.end:
            raise ValueError(f"empty window: start {self.start} is not before end {self.end}")


class ListingError(Exception):
    """A listing could not be had, or does not reach as far as asked.

    The message names feed, URL, reason and what to do. `outcome` is the word for `_outcomes`
    (http_error, throttled, expired, not_recognised). `candidates` is what was listed all the same:
    worth fetching, and not everything that was asked for.
    """

    def __init__(
        self,
        feed: str,
        url: str,
        reason: str,
        advice: str,
        *,
        outcome: str = "http_error",
        candidates: Sequence[Candidate] = (),
    ):
        super().__init__(without_secrets(f"{feed}: listing {url}: {reason}; {advice}"))
        self.feed = feed
        self.url = without_secrets(url)
        self.outcome = outcome
        self.candidates = list(candidates)


class OtherDoor(ListingError):
    """The operator's usual doors gave nothing, and another one that was asked instead did.

    `candidates` are all that was asked for: this is told to the user, and is no failure of the run.
    """


class NotAsked(ListingError):
    """The operator answers nothing without a setting that is not there.

    This is told to the user, and is no failure of the run.
    """


async def list_feed(
    feed: Feed,
    window: Window,
    client: PoliteClient,
    settings: Settings,
    known: Known,
) -> list[Candidate]:
    """What to fetch for one feed and window, oldest first.

    Keys that `known` knows are left out, except those to be checked again. An empty list is a
    valid outcome: the operator offers nothing new. Raises ListingError, which may carry a part.
    """
    # here, as each imports this
    from extract.index import caiso_oasis, dated_url, directory, ercot_mis, nemweb, url

    if not feed.is_listed:
        return []
    kind = feed.index.get("kind")
    kinds = {
        "caiso_oasis": caiso_oasis,
        "dated_url": dated_url,
        "directory": directory,
        "ercot_mis": ercot_mis,
        "nemweb": nemweb,
        "url": url,
    }
    if kind not in kinds:
        raise ListingError(
            feed.id,
            str(kind),
            "the catalogue names an index kind that does not exist",
            f"use one of {', '.join([*kinds, 'manual'])}",
            outcome="not_recognised",
        )
    try:
        found = await kinds[kind].candidates(feed, window, client, settings, known)
    except ListingError as error:
        error.candidates = _wanted(error.candidates, known)
        raise
    return _wanted(found, known)


def _wanted(found: Sequence[Candidate], known: Known) -> list[Candidate]:
    unique = {c.key: c for c in found}
    return [c for c in unique.values() if c.recheck or not known(c.key)]


def asked_on(url: str, day: date) -> str:
    """What to ask the ledger for, to learn whether `url` was downloaded on `day` (UTC)."""
    return f"{url}@{day:%Y-%m-%d}"


def safe_name(name: str, fallback: str = "unnamed") -> str:
    """A file name without folders, control characters or leading dots: names come from outside."""
    base = re.split(r"[\\/]", name.strip())[-1]
    base = re.sub(r"[\x00-\x1f\x7f]", "", base).strip().lstrip(".")
    return base[-_LONGEST_NAME:] or fallback
