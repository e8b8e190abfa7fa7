"""CSV with one header line (ERCOT MIS, CAISO OASIS)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain

from extract.catalogue import Feed
from extract.parse.sections import (
    Content,
    Quarantine,
    Section,
    match_columns,
    without_blank_lines,
)


def read(
    feed: Feed, member: str, blocks: Iterator[bytes], content: Content
) -> Iterator[Section]:
    """One section per block; a header line repeated inside the file starts another section.

    Raises Quarantine for an empty file, an HTML page or a header that breaks the contract.
    """
    first = next(blocks, b"").lstrip(b"\n")
    if not first.strip():
        raise Quarantine(f"{member}: the file is empty, not even a header")
    if first.lstrip().startswith(b"<"):
        raise Quarantine(f"{member}: a web page or XML where CSV was expected")
    header_line, _, rest = first.partition(b"\n")
    header = split_header(header_line, member)
    table = feed.tables[0]
    unknown = match_columns(table, header, member)
    if unknown:
        content.notes.append(f"unknown column(s) kept in _extra: {', '.join(unknown)}")
    line = 2
    repeated = b"\n" + header_line + b"\n"
    for block in chain([rest], blocks):
        for part in (b"\n" + block).split(repeated):
            body = part.removeprefix(b"\n")
            if body and not body.endswith(b"\n"):
                body += b"\n"
            lines = body.count(b"\n")
            body = without_blank_lines(body)
            if body:
                yield Section(table, header, body, body.count(b"\n"), line, member)
            line += lines + 1
        line -= 1  # the last part of a block is not followed by a repeated header


def split_header(line: bytes, member: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line.decode("utf-8")])))
    except (UnicodeDecodeError, StopIteration, csv.Error) as error:
        raise Quarantine(f"{member}: line 1 is not a CSV header: {error}") from error
