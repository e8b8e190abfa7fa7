"""AEMO's CSV standard: many tables in one file, marked by the first field of each line.

`C` opens and closes the file (the closing line counts all lines), `I` names a table and its
columns, `D` is a row. A table is keyed by report type and sub type and read by the names on the `I`
line just above: the version number does not fix the columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from extract.catalogue import Feed
from extract.parse.sections import (
    LEADING,
    Content,
    Quarantine,
    Section,
    data_lines,
    match_columns,
)

_MARKS = (b"\nC,", b"\nI,")


def read(feed: Feed, member: str, blocks: Iterator[bytes], content: Content) -> Iterator[Section]:
    """Sections of the tables that the feed lands, in file order.

    Raises Quarantine for a file that is no AEMO report, has none of the feed's tables, or is cut
    off (its closing line is missing).
    """
    state = _State(feed, member, content)
    for block in blocks:
        if state.line == 1:
            state.open(block)
        yield from state.sections(block)
    state.close()


class _State:
    """Where we are in the file: the table in force, the line number, what was seen."""

    def __init__(self, feed: Feed, member: str, content: Content):
        self.feed, self.member, self.content = feed, member, content
        self.line = 1
        self.table = None
        self.row_start = b""  # how each row of the table in force begins; nothing before the first
        self.header: tuple[str, ...] = ()
        self.known = False  # is the table in force one that we know, landed or not?
        self.landed_records: set[str] = set()
        self.footer: int | None = None

    def open(self, block: bytes) -> None:
        start = block.lstrip()
        if start.startswith(b"<"):
            raise Quarantine(f"{self.member}: a web page where an AEMO report was expected")
        if not start.startswith(b"C,"):
            raise Quarantine(f"{self.member}: does not start with AEMO's C line")

    def sections(self, block: bytes) -> Iterator[Section]:
        lines = block.count(b"\n")
        if self.footer is None and self._are_rows(block, lines):  # as nearly all blocks of a month
            yield from self._take(block, lines)
            return
        marks = _marks(block)
        for start, end in zip([0, *marks], [*marks, len(block)], strict=True):
            if start == end:
                continue
            piece = block[start:end]
            if piece[:2] in (b"C,", b"I,"):
                mark, _, body = piece.partition(b"\n")
                self._mark(mark)
                self.line += 1
            else:  # rows that continue from the block before
                body = piece
            yield from self._rows(body)

    def _mark(self, line: bytes) -> None:
        try:
            fields = next(csv.reader([line.decode("utf-8")]))
        except (UnicodeDecodeError, csv.Error) as error:
            raise Quarantine(f"{self.member}: line {self.line}: {error}") from error
        if fields[0] == "I" and len(fields) > 4:
            self._table(fields)
        elif fields[0] == "I":
            raise Quarantine(f"{self.member}: line {self.line}: an I line that names no columns")
        elif len(fields) >= 3 and fields[1].upper() == "END OF REPORT":
            self.table, self.known = None, False
            self.footer = int(fields[2]) if re.fullmatch(r"[0-9]{1,9}", fields[2]) else 0
        elif self.line == 1:
            self._published(fields)
        else:
            raise Quarantine(f"{self.member}: line {self.line}: a C line that does not close it")

    def _table(self, fields: list[str]) -> None:
        record = f"{fields[1]}.{fields[2]}".upper()
        self.table = self.feed.table_for_record(record)
        self.known = self.table is not None or record in self.feed.ignore_tables
        self.header = (*LEADING, *fields[4:])
        self.row_start = f"D,{fields[1]},{fields[2]},".encode()
        if self.table:
            self.landed_records.add(record)
            unknown = match_columns(self.table, self.header[4:], self.member)
            if unknown:
                self.content.notes.append(
                    f"{record}: unknown column(s) kept in _extra: {', '.join(unknown)}"
                )
        elif not self.known:
            self.content.notes.append(f"unknown table {record} was not landed")

    def _published(self, fields: list[str]) -> None:
        try:
            stamp = datetime.strptime(f"{fields[5]} {fields[6]}", "%Y/%m/%d %H:%M:%S")
            self.content.published_at = stamp.replace(tzinfo=self.feed.zone).astimezone(UTC)
        except (IndexError, ValueError, OverflowError):
            self.content.notes.append("the C line has no creation time")

    def _rows(self, body: bytes) -> Iterator[Section]:
        first = self.line
        body, rows, lines = data_lines(body)
        if body and self.footer is not None:
            raise Quarantine(f"{self.member}: line {first}: text after the closing C line")
        if body:
            self._check_rows(body, rows, first)
            yield from self._take(body, rows)
        self.line = first + lines

    def _take(self, body: bytes, rows: int) -> Iterator[Section]:
        if self.table:
            yield Section(self.table, self.header, body, rows, self.line, self.member)
        else:
            self.content.ignored_rows += rows
        self.line += rows

    def _are_rows(self, body: bytes, lines: int) -> bool:
        """Whether each of the lines of `body` is a row of the table in force: none is empty."""
        start = self.row_start
        starts = body.startswith(start) + body.count(b"\n" + start)
        return bool(start) and starts == lines and b"\r" not in body

    def _check_rows(self, body: bytes, rows: int, first: int) -> None:
        """Every line must be a row of the table that the `I` line named.

        Of tables that are not landed too: behind a damaged `I` line stand the rows of the next one.
        """
        start = self.row_start
        if b"\r" in body:
            raise Quarantine(f"{self.member}: a carriage return within lines {first} and following")
        if self._are_rows(body, rows):
            return
        lines = body.split(b"\n")[:-1]
        at, line = next((n, t) for n, t in enumerate(lines) if not (start and t.startswith(start)))
        named = f"the table named above it ({start.decode()}...)" if start else "any table"
        raise Quarantine(
            f"{self.member}: line {first + at}: {line[:80].decode('utf-8', 'replace')!r} is no row "
            f"of {named}"
        )

    def close(self) -> None:
        if self.footer is None:
            raise Quarantine(
                f"{self.member}: cut off after line {self.line - 1}: the closing "
                'C,"END OF REPORT" line is missing'
            )
        if not self.landed_records:
            raise Quarantine(f"{self.member}: has none of the tables of {self.feed.id}")
        lines = self.line - 1
        if self.footer != lines:
            self.content.notes.append(
                f"the closing line says {self.footer} lines, the file has {lines}"
            )


def _marks(block: bytes) -> list[int]:
    """Where the lines of a block start that are no rows, in order."""
    found = [0] if block.startswith((b"C,", b"I,")) else []
    for mark in _MARKS:
        at = block.find(mark)
        while at >= 0:
            found.append(at + 1)
            at = block.find(mark, at + 1)
    return sorted(found)
