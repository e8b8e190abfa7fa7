"""Fixed URLs: documents that keep their address and change their content (dashboards).

`index` of the catalogue: `base`, the setting with the site's URL, and `paths` on it. What they hold
is `online_days` old at most; each listing offers them anew, and what has not changed lands once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extract.index import Candidate, Known, ListingError, Window, safe_name

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings


async def candidates(
    feed: Feed, window: Window, client: PoliteClient, settings: Settings, known: Known
) -> list[Candidate]:
    """One candidate per URL, unless the window ends before what it can still hold.

    Raises ListingError with outcome `expired`, carrying what is offered all the same, for a window
    that begins before that.
    """
    base = getattr(settings, feed.index["base"])
    today = window.now.astimezone(feed.zone).date()
    oldest = today - timedelta(days=feed.online_days - 1)
    offered = [_candidate(feed, base, path) for path in feed.index["paths"]]
    if window.start is None or window.start >= oldest:
        return offered
    raise ListingError(
        feed.id,
        offered[0].url,
        f"the window starts {window.start} and the site shows the days since {oldest}",
        "ask for these; older days can only come from files that were kept (`--from`)",
        outcome="expired",
        candidates=offered if window.end is None or window.end > oldest else [],
    )


def _candidate(feed: Feed, base: str, path: str) -> Candidate:
    return Candidate(
        feed=feed.id,
        key=path.lower(),
        name=safe_name(urlsplit(path).path),
        url=f"{base}{path}",
        published_at=None,
        recheck=True,
    )
