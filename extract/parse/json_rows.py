"""JSON: lists of records (dashboards), and pages of ERCOT's data endpoints.

A page is `{"fields": [{"name": ...}], "data": [[...], ...]}`; it stands where a CSV would.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from extract.catalogue import Feed
from extract.parse import plain_csv
from extract.parse.cells import csv_text
from extract.parse.sections import Content, Quarantine, Section


def read(feed: Feed, member: str, data: bytes, content: Content) -> Iterator[Section]:
    """Rows of the lists that the feed's tables name under `records`, one after the other.

    Raises Quarantine for what is no JSON or has none of the lists.
    """
    document = _document(member, data, content)
    found = False
    for table in feed.tables:
        for path in table.records:
            rows = _at(document, path)
            if rows is None:
                continue
            found = True
            if not all(isinstance(row, dict) for row in rows):
                raise Quarantine(f"{member}: {path} is not a list of records")
            yield from _section(feed, f"{member}[{path}]", pa.Table.from_pylist(rows), content)
    if not found:
        names = ", ".join(p for t in feed.tables for p in t.records)
        raise Quarantine(f"{member}: has none of the lists {names}")


def read_page(feed: Feed, member: str, data: bytes, content: Content) -> Iterator[Section]:
    """Rows of a page of a data endpoint. Raises Quarantine for another document."""
    document = _document(member, data, content)
    try:
        names = [str(field["name"]) for field in document["fields"]]
        rows = document["data"]
        columns = [pa.array(c) for c in zip(*rows, strict=True)]
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise Quarantine(f"{member}: JSON, but not a page of rows: {error!r}") from error
    if not rows:
        content.empty_reason = "the page holds no rows"
        return
    if len(columns) != len(names):
        raise Quarantine(f"{member}: {len(names)} fields, but rows of {len(columns)} values")
    yield from plain_csv.read(feed, member, iter([csv_text(names, columns)]), content)


def _section(feed: Feed, name: str, rows: pa.Table, content: Content) -> Iterator[Section]:
    if rows.num_rows:
        text = csv_text(rows.column_names, rows.columns)
        yield from plain_csv.read(feed, name, iter([text]), content)


def _document(member: str, data: bytes, content: Content) -> Any:
    try:
        document = json.loads(data)
    except ValueError as error:
        raise Quarantine(f"{member}: not whole JSON: {error}") from error
    content.whole = True  # JSON says itself where it ends
    return document


def _at(document: Any, path: str) -> list | None:
    """The list at a dotted path, None if there is none."""
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, list) else None
