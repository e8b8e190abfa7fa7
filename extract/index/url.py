"""Fixed URLs: documents that keep their address and may change their content.

`index` of the catalogue: `urls`, whole addresses on any host, or `paths` on the site that the
setting named by `base` gives (so that a mirror can stand for it). What they hold is `online_days`
old at most; each listing offers them anew, and what has not changed lands once. `as_browser: true`
is for sites that refuse other programs than browsers.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from extract.index import Candidate, Known, ListingError, Window, safe_name
from extract.redact import without_secrets

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
    base = base_of(feed, settings)
    paths, urls = feed.index.get("paths") or [], feed.index.get("urls") or []
    return [
        *(_candidate(feed, settings, path.lower(), f"{base}{path}") for path in paths),
        *(_candidate(feed, settings, without_secrets(url), url) for url in urls),
    ]


def base_of(feed: Feed, settings: Settings) -> str:
    """Address of the site that the feed's `base` names, empty for none. Raises ListingError."""
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


def headers_of(feed: Feed, settings: Settings) -> dict[str, str]:
    """Headers that the feed's site wants to see."""
    return {"User-Agent": settings.browser_agent} if feed.index.get("as_browser") else {}


def _candidate(feed: Feed, settings: Settings, key: str, url: str) -> Candidate:
    name = safe_name(unquote(urlsplit(url).path))
    return Candidate(
        feed=feed.id,
        key=key,
        name=name,
        url=url,
        published_at=None,
        headers=headers_of(feed, settings),
        recheck=True,
        name_is_guess="." not in name,  # `download?id=7`: the answer's header says the name
    )
