"""ERCOT's Public API: the archive of postings, about seven years back, with an account.

The client adds token and key (`extract.index.ercot_token`); they are never part of a candidate.
Files are downloaded one by one: the API allows 30 requests a minute.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from extract.index import Candidate, ListingError, Window, safe_name
from extract.index.ercot_documents import CENTRAL, is_csv, posting_days, published_at
from extract.polite import Trouble

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings

PAGE_SIZE = 1000
MOST_PAGES = 5000  # seven years of one file every five minutes are about 740


def document_key(doc_id: str) -> str:
    """Identity of a document: the same id at MIS and in the archive."""
    return f"ercot:{doc_id}"


async def archive(
    feed: Feed,
    window: Window,
    client: PoliteClient,
    settings: Settings,
    instead_of: ListingError | None = None,
) -> list[Candidate]:
    """CSV documents posted in the window, oldest first; the listed days when it has no start.

    `instead_of` is the failure that led here: it is told again when this fails, too.
    """
    product = str(feed.index["api_product"]).lower()
    base = f"{settings.ercot_api_url}/archive/{product}"
    now = window.now.astimezone(CENTRAL)
    first, last = posting_days(window)
    first = first or now.date() - timedelta(days=feed.online_days)
    last = last or now.date()
    query = {
        "postDatetimeFrom": datetime.combine(first, time()).isoformat(),
        "postDatetimeTo": datetime.combine(last + timedelta(days=1), time()).isoformat(),
        "size": PAGE_SIZE,
    }
    found: dict[str, Candidate] = {}
    page, pages = 1, 1
    while page <= min(pages, MOST_PAGES):
        url = f"{base}?{urlencode({**query, 'page': page}, safe=':')}"
        try:
            answer = await client.read(url)
            entries, pages = _read_page(answer.content)
            for entry in entries:
                if candidate := _candidate(feed, base, entry):
                    found[candidate.key] = candidate
        except (Trouble, ValueError) as error:
            raise ListingError(
                feed.id,
                url,
                f"{error}" + (f" (asked because of: {instead_of})" if instead_of else ""),
                "what was listed before is kept; run again later",
                outcome=error.outcome if isinstance(error, Trouble) else "not_recognised",
                candidates=list(found.values()),
            ) from error
        page += 1
    beginning = datetime.min.replace(tzinfo=UTC)
    return sorted(found.values(), key=lambda c: (c.published_at or beginning, c.name))


def _read_page(content: bytes) -> tuple[list[Any], int]:
    """Entries of one page and the number of pages. Raises ValueError for another shape."""
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("archives", []), list):
        raise ValueError("JSON without an archive list")
    meta = answer.get("_meta")
    if not isinstance(meta, dict):
        raise ValueError("JSON without _meta")
    pages = meta.get("totalPages")
    if not isinstance(pages, int):
        raise ValueError("JSON whose _meta has no totalPages")
    return answer.get("archives", []), pages


def _candidate(feed: Feed, base: str, entry: Any) -> Candidate | None:
    doc_id = str(entry.get("docId", "")) if isinstance(entry, dict) else ""
    if not doc_id.isdigit():
        raise ValueError(f"an archive entry without docId: {str(entry)[:80]}")
    friendly = str(entry.get("friendlyName", ""))
    if not is_csv(friendly):
        return None
    moment = published_at(entry.get("postDatetime"), (friendly,))
    return Candidate(
        feed=feed.id,
        key=document_key(doc_id),
        name=_constructed_name(feed, doc_id, friendly, moment),
        url=f"{base}?download={doc_id}",
        published_at=moment,
        name_is_guess=True,
    )


def _constructed_name(feed: Feed, doc_id: str, friendly: str, moment: datetime | None) -> str:
    """The name under which MIS would list it; the download's own header knows better."""
    if moment is None:
        return safe_name(f"{friendly}.zip", f"{doc_id}.zip")
    local = moment.astimezone(CENTRAL)
    stamp = f"{local:%Y%m%d}.{local:%H%M%S}{local.microsecond // 1000:03d}"
    report = int(feed.index["report_type_id"])
    return safe_name(f"cdr.{report:08d}.0000000000000000.{stamp}.{friendly}.zip")
