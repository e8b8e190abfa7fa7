"""Fixed URLs: documents that keep their address and change their content (dashboards).

`index` of the catalogue: `base`, the setting with the site's URL, and `paths` on it. What they hold
is `online_days` old at most; each listing offers them anew, and what has not changed lands once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extract.index import Candidate, Known, Window, safe_name

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
    base = getattr(settings, feed.index["base"])
    today = window.now.astimezone(feed.zone).date()
    if window.end is not None and window.end <= today - timedelta(days=feed.online_days - 1):
        return []
    return [_candidate(feed, base, path) for path in feed.index["paths"]]


def _candidate(feed: Feed, base: str, path: str) -> Candidate:
    return Candidate(
        feed=feed.id,
        key=path.lower(),
        name=safe_name(urlsplit(path).path),
        url=f"{base}{path}",
        published_at=None,
        recheck=True,
    )
