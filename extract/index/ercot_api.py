"""ERCOT's Public API, with an account: the archive of postings, seven years back, and bundles.

A bundle is a month of a product's postings in one zip of zips, and months reach further back. The
client adds token and key (`extract.index.ercot_token`); they are never part of a candidate. The API
allows 30 requests a minute (`extract.index.ercot_bulk` joins documents of the archive).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
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
ARCHIVE_REACHES = timedelta(days=2555)
MOST_PAGES = 5000  # seven years of one file every five minutes are about 740


def document_key(doc_id: str) -> str:
    """Identity of a document: the same id at MIS and in the archive."""
    return f"ercot:{doc_id}"


async def documents(
    feed: Feed,
    window: Window,
    client: PoliteClient,
    settings: Settings,
    instead_of: ListingError | None = None,
) -> list[Candidate]:
    """What was posted in the window, oldest first; on the listed days when it has no start.

    Documents of the archive, and bundles for the months that it does not reach; what fails of the
    two does not keep the other away. Raises ListingError with what was listed all the same;
    `instead_of` is the failure that led here, which is told again then.
    """
    now = window.now.astimezone(CENTRAL)
    first, last = posting_days(window)
    first = first or now.date() - timedelta(days=feed.online_days)
    last = last or now.date()
    begins = (now - ARCHIVE_REACHES).date()
    asked = []
    if first < begins:
        asked.append(_bundles(feed, first, min(last, begins), client, settings))
    if last >= begins:
        asked.append(_archive(feed, max(first, begins), last, client, settings))
    found: list[Candidate] = []
    problems: list[ListingError] = []
    for listing in asked:
        try:
            found += await listing
        except ListingError as error:
            found += error.candidates
            problems.append(error)
    if problems:
        told = "; and ".join(str(p) for p in problems)
        because = f" (asked because of: {instead_of})" if instead_of else ""
        problems[0].args, problems[0].candidates = (told + because,), found
        raise problems[0]
    return found


async def _archive(
    feed: Feed, first: date, last: date, client: PoliteClient, settings: Settings
) -> list[Candidate]:
    """CSV documents posted from `first` to `last`, oldest first."""
    base = f"{settings.ercot_api_url}/archive/{str(feed.index['api_product']).lower()}"
    query = {
        "postDatetimeFrom": datetime.combine(first, time()).isoformat(),
        "postDatetimeTo": datetime.combine(last + timedelta(days=1), time()).isoformat(),
        "size": PAGE_SIZE,
    }
    found = await _listed(feed, base, "archives", query, client, partial(_document, feed, base))
    beginning = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda c: (c.published_at or beginning, c.name))


async def _bundles(
    feed: Feed, first: date, last: date, client: PoliteClient, settings: Settings
) -> list[Candidate]:
    """Bundles of the months from `first` to `last`, oldest first; also those that name no month.

    Raises ListingError with outcome `expired` where the product is older than its bundles.
    """
    base = f"{settings.ercot_api_url}/bundle/{str(feed.index['api_product']).lower()}"
    query = {"size": PAGE_SIZE}
    listed = await _listed(feed, base, "bundles", query, client, partial(_bundle, feed, base))
    months = sorted(month for c in listed if (month := _month(c.name)))
    wanted = [c for c in listed if first.replace(day=1) <= (_month(c.name) or last) <= last]
    found = sorted(wanted, key=lambda c: _month(c.name) or date.min)
    since = max(first, feed.first_run) if feed.first_run else None
    if since and since <= last and (not months or since.replace(day=1) < months[0]):
        begins = f"the oldest bundle is of {months[0]:%Y-%m}" if months else "there are no bundles"
        raise ListingError(
            feed.id,
            base,
            f"the window starts {first}, the archive reaches back {ARCHIVE_REACHES.days} days and "
            f"{begins}",
            "ask for later days",
            outcome="expired",
            candidates=found,
        )
    return found


async def _listed(
    feed: Feed,
    base: str,
    name: str,
    query: dict[str, Any],
    client: PoliteClient,
    read: Callable[[Any], Candidate | None],
) -> list[Candidate]:
    """All pages of a list, entry by entry; what `read` does not want is left out."""
    found: dict[str, Candidate] = {}
    page, pages = 1, 1
    while page <= min(pages, MOST_PAGES):
        url = f"{base}?{urlencode({**query, 'page': page}, safe=':')}"
        try:
            answer = await client.read(url)
            entries, pages = _read_page(answer.content, name)
            for entry in entries:
                if candidate := read(entry):
                    found[candidate.key] = candidate
        except (Trouble, ValueError) as error:
            raise ListingError(
                feed.id,
                url,
                str(error),
                "what was listed before is kept; run again later",
                outcome=error.outcome if isinstance(error, Trouble) else "not_recognised",
                candidates=list(found.values()),
            ) from error
        page += 1
    return list(found.values())


def _read_page(content: bytes, name: str) -> tuple[list[Any], int]:
    """Entries of one page and the number of pages. Raises ValueError for another shape."""
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from error
    if not isinstance(answer, dict) or not isinstance(answer.get(name, []), list):
        raise ValueError(f"JSON without a list of {name}")
    meta = answer.get("_meta")
    if not isinstance(meta, dict):
        raise ValueError("JSON without _meta")
    pages = meta.get("totalPages")
    if not isinstance(pages, int):
        raise ValueError("JSON whose _meta has no totalPages")
    return answer.get(name, []), pages


def _doc_id(entry: Any) -> str:
    doc_id = str(entry.get("docId", "")) if isinstance(entry, dict) else ""
    if not re.fullmatch(r"-?\d+", doc_id):  # those of bundles may be negative
        raise ValueError(f"an entry without docId: {str(entry)[:80]}")
    return doc_id


def _bundle(feed: Feed, base: str, entry: Any) -> Candidate:
    doc_id = _doc_id(entry)
    name = safe_name(f"{entry.get('friendlyName') or doc_id}.zip")
    return Candidate(feed.id, f"ercot-bundle:{doc_id}", name, f"{base}?download={doc_id}", None)


def _month(name: str) -> date | None:
    """First day of the month that a bundle's name ends with (`..._2014-05.zip`)."""
    found = re.search(r"(20\d\d)[-_]?(0[1-9]|1[0-2])\D*$", name)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _document(feed: Feed, base: str, entry: Any) -> Candidate | None:
    doc_id = _doc_id(entry)
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
