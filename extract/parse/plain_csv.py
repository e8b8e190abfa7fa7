"""CSV with one header line (ERCOT MIS, CAISO OASIS)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain

from extract.catalogue import Feed, Table, normalize_header
from extract.parse.sections import (
    Content,
    Quarantine,
    Section,
    data_lines,
    given_by_name,
    match_columns,
)


def read(
    feed: Feed,
    member: str,
    blocks: Iterator[bytes],
    content: Content,
    table: Table | None = None,
) -> Iterator[Section]:
    """One section per block; a header line repeated inside the file starts another section.

    The table is told by the member's name or header, unless it is known already.

    Raises Quarantine for an empty file, an HTML page, a header that breaks the contract, or a text
    that ends within a line.
    """
    start = next(blocks, b"")
    first = start.lstrip(b"\n")
    if not first.strip():
        raise Quarantine(f"{member}: the file is empty, not even a header")
    if first.lstrip().startswith(b"<"):
        raise Quarantine(f"{member}: a web page or XML where CSV was expected")
    header_line, _, rest = first.partition(b"\n")
    header = split_header(header_line, member)
    table, given = table_of(feed, member, header, content, table)
    line = 2 + len(start) - len(first)
    for block in chain([rest], blocks):
        for place, part in enumerate(_parts(block, header_line)):
            line += place > 0  # the repeated header itself
            body, rows, lines, places = data_lines(part)
            if rows:
                yield Section(table, header, body, rows, line, member, given, places)
            line += lines
    if content.open_end and not content.whole:
        raise Quarantine(
            f"{member}: line {line - 1} has no line end: the file may be cut off. Get it again, or "
            "end it with a line feed if it is whole"
        )


def table_of(
    feed: Feed,
    member: str,
    header: tuple[str, ...],
    content: Content,
    table: Table | None = None,
) -> tuple[Table, tuple[tuple[str, str], ...]]:
    """The table that a member lands in (where it is not known), and what its name gives.

    Unknown columns are noted. Raises Quarantine where no table fits.
    """
    table = table or feed.table_of(member, {normalize_header(h) for h in header})
    if table is None:
        raise Quarantine(
            f"{member}: neither its name nor its header tells which table of {feed.id} it is "
            f"({', '.join(t.name for t in feed.tables)})"
        )
    unknown = match_columns(table, header, member)
    if unknown:
        content.notes.append(f"unknown column(s) kept in _extra: {', '.join(unknown)}")
    return table, given_by_name(table, member)


def _parts(block: bytes, header_line: bytes) -> list[bytes]:
    """`block` cut at lines that repeat the header (seen in ERCOT files)."""
    inside = b"\n" + header_line + b"\n"
    if inside not in block and not block.startswith(inside[1:]):
        return [block]
    first, *others = (b"\n" + block).split(inside)
    parts = [first.removeprefix(b"\n"), *others]
    return [p if not p or p.endswith(b"\n") else p + b"\n" for p in parts]


def split_header(line: bytes, member: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line.decode("utf-8")])))
    except (UnicodeDecodeError, StopIteration, csv.Error) as error:
        raise Quarantine(f"{member}: line 1 is not a CSV header: {error}") from error
