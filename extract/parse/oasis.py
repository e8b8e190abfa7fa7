"""CAISO OASIS answers: CSV, the older XML form, and errors that arrive as XML with status 200.

Source: CAISO, Interface Specification for OASIS 5.1.8, section 3.2 (error codes).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from xml.etree import ElementTree

from extract.catalogue import Feed
from extract.parse import plain_csv
from extract.parse.sections import Content, Quarantine, Section, whole

NO_DATA = "1000"
RETRY = frozenset({"1003", "1006", "1007", "1008", "1009", "1010", "1012", "1013", "1015"})


class TryLater(Exception):
    """OASIS could not answer now; the same request may work later."""


def read(feed: Feed, member: str, blocks: Iterator[bytes], content: Content) -> Iterator[Section]:
    """Sections of an OASIS member.

    Raises TryLater for a passing fault, Quarantine for a request that OASIS refuses. An answer
    without data sets `content.empty_reason`.
    """
    first = next(blocks, b"")
    if not first.lstrip().startswith(b"<"):
        yield from plain_csv.read(feed, member, chain([first], blocks), content)
        return
    yield from _xml(feed, member, whole(chain([first], blocks), member), content)


def _xml(feed: Feed, member: str, text: bytes, content: Content) -> Iterator[Section]:
    if b"<!DOCTYPE" in text[:2000]:
        raise Quarantine(f"{member}: a web page, or XML with a document type, is not an answer")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise Quarantine(f"{member}: neither CSV nor well-formed XML: {error}") from error
    content.whole = True  # XML says itself where it ends
    content.has_lines = False
    if "OASISReport" not in root.tag:
        raise Quarantine(f"{member}: XML, but not an OASIS report ({root.tag})")
    stamp = root.findtext(".//{*}TimeDate")
    if stamp:
        try:
            stated = datetime.fromisoformat(stamp.replace("Z", "+00:00"))
            content.published_at = stated.astimezone(UTC) if stated.tzinfo else None
        except (ValueError, OverflowError):
            content.published_at = None
        if content.published_at is None:
            content.notes.append(f"TimeDate {stamp[:40]!r} is no instant")
    error = root.find(".//{*}ERROR")
    if error is not None:
        _refused(member, error, content)
        return
    rows = list(_report_rows(root))
    if not rows:
        raise Quarantine(f"{member}: an OASIS report without rows, and without an error instead")
    table_header = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, table_header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    yield from plain_csv.read(feed, member, iter([out.getvalue().encode()]), content)


def _refused(member: str, error: ElementTree.Element, content: Content) -> None:
    code = (error.findtext("{*}ERR_CODE") or "").strip()
    text = f"OASIS error {code}: {(error.findtext('{*}ERR_DESC') or '').strip()}"
    if code == NO_DATA:
        content.empty_reason = text
    elif code in RETRY:
        raise TryLater(f"{member}: {text}")
    else:
        raise Quarantine(f"{member}: {text}; the request is at fault, see the feed's `index`")


def _report_rows(root: ElementTree.Element) -> Iterator[dict[str, str]]:
    """Rows of the XML form (until about 2016): report header fields plus each REPORT_DATA."""
    for item in root.iterfind(".//{*}REPORT_ITEM"):
        header = {_tag(e): (e.text or "").strip() for e in item.iterfind("{*}REPORT_HEADER/*")}
        shared = {k: header[k] for k in ("MKT_TYPE", "EXECUTION_TYPE") if k in header}
        for data in item.iterfind("{*}REPORT_DATA"):
            yield shared | {_tag(e): (e.text or "").strip() for e in data}


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
