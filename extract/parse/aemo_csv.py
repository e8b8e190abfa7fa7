"""AEMO's CSV standard: many tables in one file, marked by the first field of each line.

`C` opens and closes the file (the closing line counts all lines), `I` names a table and its
columns, `D` is a row. A table is keyed by report type and sub type and read by the names on the `I`
line just above: the version number does not fix the columns.

A file whose closing line counts other lines than it has lacks some of them, and is quarantined. Of
files that were cut on purpose (`Content.is_excerpt`) it is noted.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from extract.catalogue import Feed, Table, normalize_header
from extract.parse.sections import (
    LEADING,
    LONGEST_LINE,
    Content,
    Quarantine,
    Section,
    count_lines,
    data_lines,
    given_by_name,
    match_columns,
)

_MARKS = (b"\nC,", b"\nI,")
_HEADS = re.compile(rb"^I,.*|^D,", re.MULTILINE)
_ARTEFACT = re.compile(r"Unnamed: \d+")  # what pandas puts for a blank heading when it cuts a file
_BREAK = "\x0b"  # stands for a line break within a text until the row is read (staging turns it)


def record_of(report: str, sub_type: str) -> str:
    """How the catalogue calls a table: `DISPATCH.PRICE`; `DREGION` where the sub type is blank."""
    return ".".join(part for part in (report.upper(), _plain(sub_type).upper()) if part)


def _plain(sub_type: str) -> str:
    return "" if _ARTEFACT.fullmatch(sub_type) else sub_type


def versions_to_take(feed: Feed, blocks: Iterator[bytes]) -> dict[str, str]:
    """The version to land, by record, of tables that a file may hold in several: the one with the
    most rows, of versions with as many rows the highest.
    """
    filled: dict[str, Counter[str]] = {}
    head: list[str] = []
    rows: Counter[str] | None = None  # of the record in force
    for block in blocks:
        for mark in _HEADS.finditer(block):
            line = mark.group()
            if line.startswith(b"I,"):
                head = line.decode("utf-8", "replace").split(",", 4)
                rows = None
                if len(head) > 3:
                    rows = filled.setdefault(record_of(head[1], head[2]), Counter())
            elif rows is not None:
                rows[head[3]] += 1
    several = {t.record for t in feed.tables if t.in_versions}
    return {
        record: max(versions, key=lambda v: (versions[v], len(v), v))
        for record, versions in filled.items()
        if record in several and versions
    }


def join_quoted_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks in which a line break within quotes is a `_BREAK`, so that each row is one line."""
    rest, breaks = b"", _BREAK.encode()
    for block in blocks:
        parts = (rest + block).split(b'"')
        if len(parts) % 2 == 0:  # a quote is open where the block ends
            rest += block
            if len(rest) > LONGEST_LINE:
                raise Quarantine(f"a quotation mark is not closed within {LONGEST_LINE:,} bytes")
            continue
        rest = b""
        yield b'"'.join(p.replace(b"\n", breaks) if n % 2 else p for n, p in enumerate(parts))
    if rest:
        yield rest  # a quote that is never closed: the reader says where


def read(feed: Feed, member: str, blocks: Iterator[bytes], content: Content) -> Iterator[Section]:
    """Sections of the tables that the feed lands, in file order.

    Raises Quarantine for a file that is no AEMO report, has none of the feed's tables, is cut off
    (its closing line is missing), or lacks lines that its closing line counts.
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
        self.breaks = self.blanks = 0  # line breaks within texts, empty lines
        self.table: Table | None = None
        self.row_start = b""  # how each row of the table in force begins; nothing before the first
        self.header: tuple[str, ...] = ()
        self.given: tuple[tuple[str, str], ...] = ()  # columns that the member's name gives
        self.known = False  # is the table in force one that we know, landed or not?
        self.landed_records: set[str] = set()
        self.record = self.version = ""  # of the table in force
        self.versions: dict[str, str] = {}  # the version of each record that has landed rows
        self.taken: Counter[str] = Counter()  # rows of it
        self.left_out: Counter[tuple[str, str]] = Counter()  # rows of other versions
        self.is_left_out = False  # is the table in force one of another version?
        self.footer: int | None = None

    def open(self, block: bytes) -> None:
        start = block.lstrip()
        if start.startswith(b"<"):
            raise Quarantine(f"{self.member}: a web page where an AEMO report was expected")
        if not start.startswith(b"C,"):
            raise Quarantine(f"{self.member}: does not start with AEMO's C line")

    def sections(self, block: bytes) -> Iterator[Section]:
        lines = count_lines(block)
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
        record, version = record_of(fields[1], fields[2]), fields[3]
        self.record, self.version = record, version
        self.header = (*LEADING, *fields[4:])
        self.row_start = f"D,{fields[1]},{_plain(fields[2])},".encode()
        self.table = self._of_record(record)
        self.known = self.table is not None or record in self.feed.ignore_tables
        self.is_left_out = version != self.content.versions.get(record, version)
        if self.is_left_out:
            self.table = None
        elif self.table:
            self._land(self.table, record)
        elif not self.known:
            self.content.notes.append(f"unknown table {record} was not landed")

    def _of_record(self, record: str) -> Table | None:
        """The table of a record; where the feed has several, the one that this header fits."""
        tables = self.feed.tables_for_record(record)
        if len(tables) < 2:
            return tables[0] if tables else None
        present = {normalize_header(h) for h in self.header}
        fitting = [t for t in tables if all(present & set(c.source_names) for c in t.required)]
        if len(fitting) != 1:
            names = ", ".join(t.name for t in tables)
            raise Quarantine(
                f"{self.member}: line {self.line}: columns of {record} fit none of {names} alone"
            )
        return fitting[0]

    def _land(self, table: Table, record: str) -> None:
        self.landed_records.add(record)
        self.given = given_by_name(table, self.member)
        unknown = match_columns(table, self.header[4:], self.member)
        if unknown:
            self.content.notes.append(
                f"{record}: unknown column(s) kept in _extra: {', '.join(unknown)}"
            )

    def _published(self, fields: list[str]) -> None:
        try:
            stamp = datetime.strptime(f"{fields[5]} {fields[6]}", "%Y/%m/%d %H:%M:%S")
            self.content.published_at = stamp.replace(tzinfo=self.feed.zone).astimezone(UTC)
        except (IndexError, ValueError, OverflowError):
            self.content.notes.append("the C line has no creation time")

    def _rows(self, body: bytes) -> Iterator[Section]:
        first = self.line
        body, rows, lines, places = data_lines(body)
        if body and self.footer is not None:
            raise Quarantine(f"{self.member}: line {first}: text after the closing C line")
        self.blanks += lines - rows
        if body:
            self._check_rows(body, rows, first)
            yield from self._take(body, rows, places)
        self.line = first + lines

    def _take(self, body: bytes, rows: int, places: np.ndarray | None = None) -> Iterator[Section]:
        if self.content.quoted_lines:
            self.breaks += body.count(_BREAK.encode())
        if self.table:
            self._check_version(self.table)
            self.taken[self.record] += rows
            yield Section(
                self.table, self.header, body, rows, self.line, self.member, self.given, places
            )
        else:
            self.content.ignored_rows += rows
        if self.is_left_out:
            self.left_out[self.record, self.version] += rows
        self.line += rows

    def _check_version(self, table: Table) -> None:
        first = self.versions.setdefault(self.record, self.version)
        if first != self.version:
            raise Quarantine(
                f"{self.member}: line {self.line}: rows of {self.record} in versions {first} and "
                f"{self.version}, which would land twice. If they are the same, say `in_versions: "
                f"true` of table {table.name} in the feed's YAML and run `gridhouse replay`"
            )

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
        for (record, version), rows in self.left_out.items():
            landed = self.taken[record]
            said = (
                f"{rows} row(s) of {record} version {version} left out, beside {landed} of version "
                f"{self.versions[record]}, which landed"
            )
            (self.content.remarks if rows == landed else self.content.notes).append(said)
        lines = self.line - 1 - self.blanks
        if self.footer in (lines, lines + self.breaks):
            return
        said = f"the closing line says {self.footer} lines, the file has {lines}"
        if not self.content.is_excerpt:
            raise Quarantine(
                f"{self.member}: {said}: rows are missing or were added. Fetch it again; if it was "
                "cut on purpose, land its folder with `gridhouse extract --from FOLDER --excerpts`"
            )
        self.content.notes.append(said)


def _marks(block: bytes) -> list[int]:
    """Where the lines of a block start that are no rows, in order."""
    found = [0] if block.startswith((b"C,", b"I,")) else []
    for mark in _MARKS:
        at = block.find(mark)
        while at >= 0:
            found.append(at + 1)
            at = block.find(mark, at + 1)
    return sorted(found)
