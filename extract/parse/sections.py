"""A section is a run of data lines under one published header, bound for one table.

Every text file that operators publish reduces to sections: a plain CSV is one, an AEMO report is
one per `I` line. Sections with the same header are batched across files and read by one columnar
reader (`extract.parse.typed`), so 3,000 small files cost about as much as one large file.
"""

from __future__ import annotations

import errno
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

import duckdb
import numpy as np

from extract.catalogue import Table, normalize_header

LEADING = ("_record", "_type", "_sub_type", "_version")  # our names of an AEMO line's first fields
_EMPTY_LINE = re.compile(rb"\n\n")  # found twice as fast as by `in`
BLOCK_BYTES = 4 * 1024 * 1024  # members are read in blocks of this size, cut at a line end
MOST_COLUMNS = 5_000  # the widest file has some 200
MOST_WHOLE = 512 * 1024 * 1024  # of members that must be in memory at once: XML, JSON, workbooks
MOST_JSON = 128 * 1024 * 1024  # as objects it takes up to ten times as much; files have 25 MB
LONGEST_LINE = 2 * BLOCK_BYTES  # no row is near it: a text without line ends would fill the memory
LONGEST_PAGE = 16 * LONGEST_LINE  # JSON on one line, where a CSV would stand


class WorkOnMany(Exception):
    """The work on rows of many files broke off: no single one of them is known to be at fault."""


_NO_FAULT = (WorkOnMany, MemoryError, duckdb.OutOfMemoryException, duckdb.IOException)
# what the system says of bytes that send a reader to a place before the beginning of its file
_FAULT = (None, errno.EINVAL)


class Quarantine(Exception):
    """The whole file is not what it says; the message is the reason that the ledger shows."""


def fault_of(error: Exception) -> str:
    """What is wrong with a file whose reading raised `error`.

    Decompressors, codecs and parsers raise errors of many kinds on bytes that are not what they
    say. Raises `error` itself where the file is not at fault: no memory, a full disk, another file.
    """
    if isinstance(error, _NO_FAULT) or getattr(error, "errno", None) not in _FAULT:
        raise error
    if isinstance(error, Quarantine):
        return str(error)
    return f"cannot be read: {type(error).__name__}: {error}"


@dataclass(slots=True)
class Section:
    """Data lines of one table.

    `body` ends in a line feed and has no blank line; `rows` is its number of lines. It was read
    from the member's line `first_line` on, and where empty lines stood between, `places` says how
    far behind it each row was. `given` are the columns whose value the member's name gives.
    """

    table: Table
    header: tuple[str, ...]
    body: bytes
    rows: int
    first_line: int
    member: str
    given: tuple[tuple[str, str], ...] = ()
    places: np.ndarray | None = None

    def line_of(self, row: int) -> int:
        """Number in the member of the line that is row `row` of the section, both from 1."""
        return self.first_line + (row - 1 if self.places is None else int(self.places[row - 1]))


@dataclass(slots=True)
class Content:
    """What a member said besides its rows."""

    published_at: datetime | None = None
    ignored_rows: int = 0
    notes: list[str] = field(default_factory=list)  # drift: reported, not fatal
    remarks: list[str] = field(default_factory=list)  # as expected, and kept in the ledger
    empty_reason: str | None = None
    open_end: bool = False  # the last line has no line end
    whole: bool = False  # the member comes from a zip, whose checksum says that it is whole
    is_excerpt: bool = False  # the file may have been cut on purpose: it need not be complete
    quoted_lines: bool = False  # texts may hold line breaks
    has_lines: bool = True  # rows of the member are lines of it, not of a CSV that was made of it
    versions: dict[str, str] = field(default_factory=dict)  # AEMO: the one to land, by record


def blocks(stream: IO[bytes], member: str, content: Content) -> Iterator[bytes]:
    """The member's bytes in blocks that end at a line end, with `\\n` line ends and no BOM."""
    rest, first = b"", True
    while data := stream.read(BLOCK_BYTES):
        if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Quarantine(f"{member}: binary bytes (NUL) where text was expected")
        cut = data.rfind(b"\n") + 1
        if not cut:
            rest += data
            longest = LONGEST_PAGE if rest.startswith(b"{") else LONGEST_LINE
            if len(rest) > longest:
                raise Quarantine(f"{member}: a line of more than {longest:,} bytes")
            continue
        block, rest = rest + data[:cut], data[cut:]
        yield _unix(_check_start(block, member) if first else block)
        first = False
    if rest.strip():  # blanks behind the last line end are no cut row
        content.open_end = True
        block = rest + b"\n"
        yield _unix(_check_start(block, member) if first else block)


def whole(parts: Iterable[bytes], member: str, most: int = MOST_WHOLE) -> bytes:
    """All of a member at once. Raises Quarantine for more than `most` bytes."""
    kept, size = [], 0
    for part in parts:
        kept.append(part)
        size += len(part)
        if size > most:
            raise Quarantine(f"{member}: more than {most:,} bytes, which are read at once")
    return b"".join(kept)


def _check_start(block: bytes, member: str) -> bytes:
    if block.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Quarantine(f"{member}: the encoding is UTF-16, not UTF-8")
    return block.removeprefix(b"\xef\xbb\xbf")


def _unix(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n") if b"\r" in block else block


def count_lines(body: bytes) -> int:
    """Line ends in `body`, which `bytes.count` takes five times as long to count."""
    return int(np.count_nonzero(np.frombuffer(body, np.uint8) == ord("\n")))


def data_lines(body: bytes) -> tuple[bytes, int, int, np.ndarray | None]:
    """(`body` without empty lines, its number of lines, the number of lines it had before, and
    which of those they were, from 0; None for all)."""
    lines = count_lines(body)
    if not body.startswith(b"\n") and not _EMPTY_LINE.search(body):
        return body, lines, lines, None
    ends = np.flatnonzero(np.frombuffer(body, np.uint8) == ord("\n"))
    places = np.flatnonzero(np.diff(ends, prepend=-1) > 1)
    body = body.lstrip(b"\n")
    while b"\n\n" in body:
        body = body.replace(b"\n\n", b"\n")
    return body, len(places), lines, places


def match_columns(table: Table, header: tuple[str, ...], member: str) -> list[str]:
    """Names of the published columns that the contract does not know.

    Raises Quarantine naming each missing required column, and for more columns than any file has.
    """
    if len(header) > MOST_COLUMNS:
        raise Quarantine(f"{member}: {len(header):,} columns, more than {MOST_COLUMNS:,}")
    present = {normalize_header(h) for h in header}
    missing = [
        c.source_names[0] for c in table.required if not present.intersection(c.source_names)
    ]
    if missing:
        raise Quarantine(
            f"{member}: the header lacks required column(s) {', '.join(missing)} of table "
            f"{table.name}; the file has: {', '.join(h.strip() for h in header)[:500]}. If the "
            "operator renamed a column, add its new name under `also` in the feed's YAML and run "
            "`gridhouse replay`"
        )
    names = [normalize_header(h) for h in header]
    columns = [table.by_header[n].name if n in table.by_header else n for n in names]
    twice = sorted(n for n, count in Counter(columns).items() if n and count > 1)
    if twice:
        raise Quarantine(f"{member}: the header names column(s) {', '.join(twice)} twice")
    return [
        h.strip()
        for h, n in zip(header, names, strict=True)
        if n and n not in table.by_header and n not in table.ignored
    ]


def given_by_name(table: Table, member: str) -> tuple[tuple[str, str], ...]:
    """(column, value) of the columns that a member's name gives. Raises Quarantine for none."""
    given = []
    for column in table.columns:
        if column.from_name:
            found = re.search(column.from_name, member, re.IGNORECASE)
            if found is None:
                raise Quarantine(
                    f"{member}: the name does not give {column.name} of table {table.name} "
                    f"(pattern {column.from_name})"
                )
            given.append((column.name, found.group(1)))
    return tuple(given)
