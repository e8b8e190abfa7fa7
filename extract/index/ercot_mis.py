"""ERCOT's public MIS list: JSON, or the HTML page when the JSON fails; older days from the API.

`index` of the catalogue: `report_type_id`, and `api_product` (EMIL id) for the Public API, which is
asked when an account is set and the window reaches back further than the list, or the list cannot
be had: for the documents of its archive, or where it has none for rows
(`extract.index.ercot_data`).
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from extract.index import (
    Candidate,
    Known,
    ListingError,
    Window,
    ercot_api,
    ercot_data,
    safe_name,
)
from extract.index.ercot_documents import (
    CENTRAL,
    is_csv,
    is_posted_within,
    posting_days,
    published_at,
    published_in_name,
)
from extract.polite import Trouble

if TYPE_CHECKING:
    from extract.catalogue import Feed
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings


async def candidates(
    feed: Feed, window: Window, client: PoliteClient, settings: Settings, known: Known
) -> list[Candidate]:
    """CSV documents posted in the window (with a day of slack), oldest first.

    Raises ListingError with outcome `expired`, carrying what is listed, when the window begins
    before the oldest listed document and there is no account for the archive.
    """
    can_ask_archive = settings.ercot_api_ready and bool(feed.index.get("api_product"))
    today = window.now.astimezone(CENTRAL).date()
    reaches_back = window.start is not None and window.start < today - timedelta(
        days=feed.online_days
    )
    try:
        listed = await _list(feed, window, client, settings)
    except ListingError as error:
        if not can_ask_archive:
            raise
        return await ercot_data.documents(feed, window, client, settings, instead_of=error)
    first, last = posting_days(window)
    found = _oldest_first(c for c in listed if is_posted_within(c.published_at, first, last))
    oldest = min((c.published_at for c in listed if c.published_at), default=None)
    if not reaches_back or window.start is None or _holds(oldest, window):
        return found
    if can_ask_archive:
        try:
            until = oldest.astimezone(CENTRAL).date() if oldest else None
            older = await ercot_data.documents(feed, window, client, settings, until=until)
        except ListingError as error:
            error.candidates = _together(error.candidates, found)
            raise
        return _together(older, found)
    wanting = ", ".join(settings.ercot_api_missing) or "api_product in the catalogue"
    begins = f"begins {oldest.astimezone(CENTRAL):%Y-%m-%d}" if oldest else "is empty"
    raise ListingError(
        feed.id,
        _json_url(feed, settings),
        f"the window starts {window.start} and the public list {begins}: it keeps about "
        f"{feed.online_days} days",
        f"set {wanting} for the archive, or ask for later days",
        outcome="expired",
        candidates=found,
    )


def _together(older: list[Candidate], listed: list[Candidate]) -> list[Candidate]:
    """Candidates of both doors, once each: MIS, which has no quota, where both have it."""
    return _oldest_first({c.key: c for c in [*older, *listed]}.values())


def _holds(oldest: datetime | None, window: Window) -> bool:
    """Whether the list reaches back to the window's first day (actuals are posted a day later)."""
    if oldest is None or window.start is None:
        return False
    return oldest.astimezone(CENTRAL).date() <= window.start + timedelta(days=1)


def _oldest_first(found: Any) -> list[Candidate]:
    def order(c: Candidate) -> tuple[bool, float, str]:
        return c.published_at is None, c.published_at.timestamp() if c.published_at else 0, c.name

    return sorted(found, key=order)


async def _list(
    feed: Feed, window: Window, client: PoliteClient, settings: Settings
) -> list[Candidate]:
    url = _json_url(feed, settings)
    buster = int(window.now.timestamp() * 1000)  # the list is cached for some minutes otherwise
    try:
        answer = await client.read(f"{url}&_={buster}")
        return _from_json(answer.content, feed, settings)
    except (Trouble, ValueError) as error:
        json_reason = str(error)
        outcome = error.outcome if isinstance(error, Trouble) else "not_recognised"
    page_url = (
        f"{settings.ercot_mis_html_url}/misapp/GetReports.do"
        f"?reportTypeId={feed.index['report_type_id']}"
    )
    try:
        answer = await client.read(page_url)
        return _from_page(answer.text, feed, settings)
    except (Trouble, ValueError) as error:
        raise ListingError(
            feed.id,
            url,
            f"{json_reason}; and the HTML list {page_url}: {error}",
            "run again later; if it stays, check report_type_id in the catalogue and "
            "GRIDHOUSE_ERCOT_MIS_URL",
            outcome=outcome,
        ) from error


def _json_url(feed: Feed, settings: Settings) -> str:
    return (
        f"{settings.ercot_mis_url}/misapp/servlets/IceDocListJsonWS"
        f"?reportTypeId={feed.index['report_type_id']}"
    )


def _from_json(content: bytes, feed: Feed, settings: Settings) -> list[Candidate]:
    """Documents of the JSON list. Raises ValueError for anything of another shape."""
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from error
    result = answer.get("ListDocsByRptTypeRes") if isinstance(answer, dict) else None
    if not isinstance(result, dict) and result not in (None, ""):
        raise ValueError("JSON without a document list")
    if result is None and not (isinstance(answer, dict) and "ListDocsByRptTypeRes" in answer):
        raise ValueError("JSON without ListDocsByRptTypeRes")
    documents = (result or {}).get("DocumentList") or []
    if isinstance(documents, dict):  # one document is printed without the list around it
        documents = [documents]
    found = []
    for entry in documents:
        document = entry.get("Document") if isinstance(entry, dict) else None
        if not isinstance(document, dict):
            raise ValueError(f"a list entry without Document: {str(entry)[:80]}")
        doc_id, name = str(document.get("DocID", "")), str(document.get("ConstructedName", ""))
        friendly = str(document.get("FriendlyName", ""))
        if not doc_id.isdigit() or not (name or friendly):
            raise ValueError(f"a document without DocID or name: {str(document)[:80]}")
        if not is_csv(name) or not is_csv(friendly):
            continue
        size = str(document.get("ContentSize", ""))
        moment = published_at(document.get("PublishDate"), (name, friendly))
        found.append(
            _candidate(
                feed,
                settings,
                doc_id,
                name or f"{friendly}.zip",
                moment or published_in_name(name),
                int(size) if size.isdigit() else None,
            )
        )
    return found


def _from_page(text: str, feed: Feed, settings: Settings) -> list[Candidate]:
    """Documents of the HTML list. Raises ValueError when the page is another."""
    parser = _ReportPage()
    parser.feed(text)
    parser.close()
    if not parser.is_report_page:
        raise ValueError("the answer is not a report list")
    return [
        _candidate(feed, settings, doc_id, name, published_in_name(name), None)
        for name, doc_id in parser.documents
        if is_csv(name)
    ]


def _candidate(
    feed: Feed,
    settings: Settings,
    doc_id: str,
    name: str,
    moment: datetime | None,
    size: int | None,
) -> Candidate:
    return Candidate(
        feed=feed.id,
        key=ercot_api.document_key(doc_id),
        name=safe_name(name, f"{doc_id}.zip"),
        url=f"{settings.ercot_mis_url}/misdownload/servlets/mirDownload?doclookupId={doc_id}",
        published_at=moment,
        size=size,
    )


class _ReportPage(HTMLParser):
    """Rows of GetReports.do: a cell with the name, then a link with `doclookupId`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.documents: list[tuple[str, str]] = []
        self.is_report_page = False
        self._name = ""
        self._in_name = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        css = values.get("class") or ""
        if tag == "td" and "_ind" in css:
            self.is_report_page = self.is_report_page or css.startswith("labelRequired")
            self._in_name = css.startswith("labelOptional")
            self._name = ""
        elif tag == "a" and self._name:
            ids = parse_qs(urlsplit(values.get("href") or "").query).get("doclookupId", [""])
            if ids[0].isdigit():
                self.documents.append((self._name.strip(), ids[0]))
                self._name = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._in_name = False

    def handle_data(self, data: str) -> None:
        if self._in_name:
            self._name += data
