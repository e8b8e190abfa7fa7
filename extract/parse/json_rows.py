"""JSON: records of dashboards, and pages of ERCOT's data endpoints.

Records are lists at a dotted path, or the members of objects: `{name}` in a path stands for every
key of an object, and the key becomes a column of that name. An object inside a record becomes
columns with dotted names.

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
    """Rows of the records that the feed's tables name under `records`, one path after the other.

    Records that are not there are noted. Raises Quarantine for what is no JSON, for something else
    at the place of the records, or if all are missing.
    """
    document = _document(member, data, content)
    found, lacking = False, []
    for table in feed.tables:
        for path in table.records:
            try:
                rows = _at(document, path)
            except KeyError:
                lacking.append(path)
                continue
            found = True
            if rows is None or not all(isinstance(row, dict) for row in rows):
                raise Quarantine(f"{member}: {path} does not lead to records")
            if rows:
                yield from _section(feed, f"{member}[{path}]", rows, content)
    if not found:
        names = ", ".join(p for t in feed.tables for p in t.records)
        raise Quarantine(f"{member}: has none of the records {names}")
    if lacking:
        content.notes.append(f"lacks the records {', '.join(lacking)}")


def read_page(feed: Feed, member: str, data: bytes, content: Content) -> Iterator[Section]:
    """Rows of a page of a data endpoint. Raises Quarantine for another document."""
    document = _document(member, data, content)
    try:
        rows = document["data"]
        if rows == []:
            content.empty_reason = "the page holds no rows"
            return
        names = [str(field["name"]) for field in document["fields"]]
        columns = [pa.array(c) for c in zip(*rows, strict=True)]
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise Quarantine(f"{member}: JSON, but not a page of rows: {error!r}") from error
    if len(columns) != len(names):
        raise Quarantine(f"{member}: {len(names)} fields, but rows of {len(columns)} values")
    yield from plain_csv.read(feed, member, iter([csv_text(names, columns)]), content)


def _section(
    feed: Feed, name: str, rows: list[dict[str, Any]], content: Content
) -> Iterator[Section]:
    names = list(dict.fromkeys(key for row in rows for key in row))  # records may differ
    try:
        columns = [pa.array([row.get(key) for row in rows]) for key in names]
    except pa.ArrowException as error:
        raise Quarantine(f"{name}: values that make no column: {error}") from error
    yield from plain_csv.read(feed, name, iter([csv_text(names, columns)]), content)


def _document(member: str, data: bytes, content: Content) -> Any:
    try:
        document = json.loads(data)
    except ValueError as error:
        raise Quarantine(f"{member}: not whole JSON: {error}") from error
    content.whole = True  # JSON says itself where it ends
    return document


def _at(document: Any, path: str) -> list | None:
    """The records at a path, None if something else is there. Raises KeyError for null or none."""
    found: list[tuple[dict[str, str], Any]] = [({}, document)]
    for key in path.split("."):
        objects = [(keys, value) for keys, value in found if isinstance(value, dict)]
        if len(objects) < len(found):
            return None
        if key.startswith("{"):
            found = [
                (keys | {key[1:-1]: k}, v) for keys, value in objects for k, v in value.items()
            ]
        else:
            found = [(keys, value[key]) for keys, value in objects if value.get(key) is not None]
            if objects and not found:
                raise KeyError(key)
    if path.endswith("}"):
        return [keys | _flat(value) if isinstance(value, dict) else value for keys, value in found]
    lists = [(keys, value) for keys, value in found if isinstance(value, list)]
    if len(lists) < len(found):
        return None
    return [
        keys | _flat(row) if isinstance(row, dict) else row
        for keys, value in lists
        for row in value
    ]


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A record without objects inside: `{"a": {"b": 1}}` is `{"a.b": 1}`."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        inside = isinstance(value, dict)
        flat |= _flat(value, f"{prefix}{key}.") if inside else {prefix + key: value}
    return flat
