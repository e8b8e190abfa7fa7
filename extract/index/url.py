"""Fixed URLs: documents that keep their address and may change their content.

`index` of the catalogue: `urls`, whole addresses on any host, or `paths` on the site that the
setting named by `base` gives (so that a mirror can stand for it). What they hold is `online_days`
old at most; each listing offers them anew, and what has not changed lands once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from extract.index import Candidate, Known, ListingError, Window, safe_name

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings


async def candidates(
    feed: Feed, window: Window, client: PoliteClient, settings: Settings, known: Known
) -> list[Candidate]:
    """One candidate per URL; none for a window that ends before what they can still hold.

    History is not offered, so a window that begins earlier is no failure.
    """
    today = window.now.astimezone(feed.zone).date()
    if window.end is not None and window.end <= today - timedelta(days=feed.online_days - 1):
        return []
    base = _base(feed, settings)
    paths, urls = feed.index.get("paths") or [], feed.index.get("urls") or []
    return [
        *(_candidate(feed, path.lower(), f"{base}{path}") for path in paths),
        *(_candidate(feed, url, url) for url in urls),
    ]


def _base(feed: Feed, settings: Settings) -> str:
    name = feed.index.get("base")
    base = getattr(settings, str(name), None) if name else ""
    if not isinstance(base, str):
        raise ListingError(
            feed.id,
            str(name),
            "the catalogue names a setting under `base` that does not exist",
            "name one with the address of a site, or give whole addresses under `urls`",
            outcome="not_recognised",
        )
    return base


def _candidate(feed: Feed, key: str, url: str) -> Candidate:
    name = safe_name(unquote(urlsplit(url).path))
    return Candidate(
        feed=feed.id,
        key=key,
        name=name,
        url=url,
        published_at=None,
        recheck=True,
        name_is_guess="." not in name,  # `download?id=7`: the answer's header says the name
    )
