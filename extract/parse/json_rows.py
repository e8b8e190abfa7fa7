"""JSON: records of dashboards and market data, and pages of ERCOT's data endpoints.

Which records land in which table says its `records` (`extract.json_paths` has the words).

A page is `{"fields": [{"name": ...}], "data": [[...], ...]}`; it stands where a CSV would.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from extract.catalogue import Feed, Table, normalize_header
from extract.json_paths import records_at
from extract.parse import plain_csv
from extract.parse.cells import csv_text
from extract.parse.sections import Content, Quarantine, Section


def read(feed: Feed, member: str, data: bytes, content: Content) -> Iterator[Section]:
    """Rows of the records that the feed's tables name under `records`, one path after the other.

    Records that are not there are noted. Raises Quarantine for what is no JSON, for something else
    at the place of the records, if all are missing, or if a table's `where` holds for none.
    """
    document = _document(member, data, content)
    found, lacking = False, []
    for table in feed.tables:
        paths, missing, notes = _present(document, member, table, table.records)
        if not paths and table.other_records:
            paths, missing, notes = _present(document, member, table, table.other_records)
        found, lacking = found or bool(paths), lacking + missing
        content.notes += notes
        wanted_of = [_wanted(table, rows) for _, rows in paths]
        if any(rows for _, rows in paths) and not any(wanted_of):
            equal = " and ".join(f"{a} is {b}" for a, b in table.where)
            raise Quarantine(
                f"{member}: table {table.name}: in none of {sum(len(r) for _, r in paths):,} "
                f"records {equal}, by which its rows are chosen (`where` in the feed's YAML)"
            )
        for (path, rows), wanted in zip(paths, wanted_of, strict=True):
            content.ignored_rows += len(rows) - len(wanted)
            if wanted:
                yield from _section(feed, table, f"{member}[{path}]", wanted, content)
    if not found:
        names = ", ".join(p for t in feed.tables for p in (*t.records, *t.other_records))
        raise Quarantine(f"{member}: has none of the records {names}")
    if lacking:
        content.notes.append(f"lacks the records {', '.join(lacking)}")


def _present(
    document: Any, member: str, table: Table, paths: tuple[str, ...]
) -> tuple[list[tuple[str, list[dict[str, Any]]]], list[str], list[str]]:
    """Paths that lead to something, with their records; those that lead nowhere; what to note."""
    found, lacking, notes = [], [], []
    for path in paths:
        without: Counter[str] = Counter()
        try:
            rows = records_at(document, path, table.carry, without)
        except KeyError:
            lacking.append(path)
            continue
        if rows is None or not all(isinstance(row, dict) for row in rows):
            raise Quarantine(f"{member}: {path} does not lead to records")
        found.append((path, rows))
        notes += [
            f"table {table.name}: {count} element(s) lack {at}, which others have"
            for at, count in without.items()
        ]
    return found, lacking, notes


def _wanted(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in which the columns that `where` compares are there and equal."""
    for a, b in table.where:
        rows = [row for row in rows if row.get(a) is not None and row[a] == row.get(b)]
    return rows


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
    feed: Feed, table: Table, name: str, rows: list[dict[str, Any]], content: Content
) -> Iterator[Section]:
    names = list(dict.fromkeys(key for row in rows for key in row))  # records may differ
    compared = {name for pair in table.where for name in pair}
    left_out = table.ignored | ({normalize_header(n) for n in compared} - table.by_header.keys())
    names = [n for n in names if normalize_header(n) not in left_out]
    columns = [
        _column(name, [row.get(key) for row in rows], normalize_header(key) in table.by_header)
        for key in names
    ]
    text = csv_text(names, columns)
    yield from plain_csv.read(feed, name, iter([text]), content, table)


def _column(name: str, values: list[Any], is_known: bool) -> pa.Array:
    """A column of values; numbers and texts together (a dash for a missing one) as texts.

    Lists and objects are no values of a known column; of an unknown one they are kept as JSON.
    """
    try:
        column = pa.array(values)
        if not pa.types.is_nested(column.type):
            return column
    except pa.ArrowException:  # values of several kinds
        pass
    if is_known and any(isinstance(v, dict | list) for v in values):
        raise Quarantine(f"{name}: lists or objects where a column has plain values")
    return pa.array([v if v is None or isinstance(v, str) else json.dumps(v) for v in values])


def _document(member: str, data: bytes, content: Content) -> Any:
    try:
        document = json.loads(data)
    except ValueError as error:
        raise Quarantine(f"{member}: not whole JSON: {error}") from error
    content.whole = True  # JSON says itself where it ends
    return document[0] if isinstance(document, list) and len(document) == 1 else document
