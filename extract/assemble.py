"""Sections of many files to one Parquet file per table, with the row's lineage.

Sections with the same table and header are parsed together, whatever file they come from; parsing
runs beside reading, in threads, since DuckDB does it without Python's lock.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from extract.catalogue import Table
from extract.ledger import FileRow, RejectedRow
from extract.parquet import TableWriter
from extract.parse.sections import Section, WorkOnMany
from extract.parse.typed import Reader, Typed, arrow_schema

GROUP_BYTES = 32 * 1024 * 1024  # text parsed in one go
PARSERS = 2  # groups parsed at the same time, each by one thread of DuckDB
MAX_REJECTED = 1_000  # rejected rows kept per file; the counts are always whole
_STAMP = pa.timestamp("us", "UTC")
GroupKey = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]  # table, header, given columns
LINEAGE = (
    ("_file_id", pa.string()),
    ("_row_number", pa.int64()),
    ("_published_at", _STAMP),
    ("_fetched_at", _STAMP),
    ("_loaded_at", _STAMP),
    ("_dlt_load_id", pa.string()),
)


def raw_schema(table: Table) -> pa.Schema:
    """Arrow schema of a landed table: the contract's columns, `_extra`, lineage."""
    return pa.schema([*arrow_schema(table), *LINEAGE])


@dataclass(slots=True)
class Piece:
    """A section, the file it is of, and how many rows of its table stand before it there."""

    section: Section
    row: FileRow
    first_row: int = 0


class Pieces:
    """Sections of the file being read, numbered per table."""

    def __init__(self, row: FileRow) -> None:
        self.row = row
        self.pieces: list[Piece] = []
        self.bytes = 0
        self.rows: dict[str, int] = {}

    def add(self, section: Section) -> None:
        first = self.rows.get(section.table.name, 0)
        self.rows[section.table.name] = first + section.rows
        self.pieces.append(Piece(section, self.row, first))
        self.bytes += len(section.body)

    def clear(self) -> None:
        self.pieces, self.bytes = [], 0


class Assembler:
    """Takes pieces of files, counts their rows on the files' ledger rows, writes Parquet.

    `discarded` says of each file that proved bad after some of it was taken, why; nothing of it
    is in the Parquet files that `finish` closes.
    """

    def __init__(self, folder: Path, spool: Path, load_id: str, loaded_at: datetime):
        self.folder, self.load_id, self.loaded_at = folder, load_id, loaded_at
        self.readers = [Reader(spool) for _ in range(PARSERS)]
        self.parsers = ThreadPoolExecutor(PARSERS)
        self.parsing: deque[Future] = deque()
        self.groups: dict[GroupKey, list[Piece]] = {}
        self.group_bytes: dict[GroupKey, int] = {}
        self.writers: dict[str, TableWriter] = {}
        self.discarded: dict[str, str] = {}
        self.rejected: list[RejectedRow] = []

    def take(self, pending: Pieces) -> None:
        """Queue what a file has given so far; full groups go to the parsers.

        Raises WorkOnMany for an error in the work on groups, in which are rows of other files.
        """
        try:
            self._take(pending)
        except Exception as error:
            raise WorkOnMany(f"{type(error).__name__}: {error}") from error

    def _take(self, pending: Pieces) -> None:
        for piece in pending.pieces:
            section = piece.section
            key = (section.table.name, section.header, section.given)
            self.groups.setdefault(key, []).append(piece)
            self.group_bytes[key] = self.group_bytes.get(key, 0) + len(piece.section.body)
            if self.group_bytes[key] > GROUP_BYTES:
                self._parse_group(key)
        pending.clear()

    def discard(self, file_id: str, reason: str) -> None:
        """Leave out a file, also the rows of it that were taken already."""
        self.discarded.setdefault(file_id, reason)

    def finish(self) -> tuple[dict[str, Path], dict[str, int]]:
        """Parse what waits and close the Parquet files: path and number of rows by table."""
        for key in list(self.groups):
            self._parse_group(key)
        while self.parsing:
            self._collect()
        self.parsers.shutdown()
        for reader in self.readers:
            reader.close()
        self.rejected = [r for r in self.rejected if r.file_id not in self.discarded]
        rows = {name: writer.close(set(self.discarded)) for name, writer in self.writers.items()}
        paths = {name: self.writers[name].path for name, count in rows.items() if count}
        return paths, {name: rows[name] for name in paths}

    def _parse_group(self, key: GroupKey) -> None:
        """Hand a group to the parsers; results are taken in order, which bounds memory."""
        pieces = [p for p in self.groups.pop(key, []) if p.row.file_id not in self.discarded]
        self.group_bytes[key] = 0
        if not pieces:
            return
        if len(self.parsing) > PARSERS:
            self._collect()
        self.parsing.append(self.parsers.submit(self._parse, pieces))

    def _parse(self, pieces: list[Piece]) -> list[tuple[list[Piece], pa.Table | Typed]]:
        """In a parser's thread: typed rows; nothing but a reader is touched."""
        by_section = {id(p.section): p for p in pieces}
        reader = self.readers.pop()
        try:
            return [
                ([by_section[id(s)] for s in sections], result)
                for sections, result in reader.read([p.section for p in pieces])
            ]
        finally:
            self.readers.append(reader)

    def _collect(self) -> None:
        """Number the rows of the oldest group that is being parsed, and write them."""
        for pieces, result in self.parsing.popleft().result():
            table = pieces[0].section.table
            if table.name not in self.writers:
                path = self.folder / f"{table.name}.parquet"
                self.writers[table.name] = TableWriter(path, raw_schema(table))
            firsts = np.array([p.first_row for p in pieces])
            sizes = np.array([p.section.rows for p in pieces])
            for piece, size in zip(pieces, sizes.tolist(), strict=True):
                piece.row.rows_in_file += size
            if isinstance(result, Typed) and result.problem:
                self.discard(pieces[0].row.file_id, result.problem)
                continue
            if isinstance(result, Typed):
                counts = np.array([len(result.rows_index)])
                numbers = result.rows_index + (firsts[0] + 1)
                self._reject(pieces[0], result)
                result = result.table
            else:
                counts = sizes
                numbers = np.arange(counts.sum()) + np.repeat(firsts - starts(counts) + 1, counts)
            for piece, count in zip(pieces, counts.tolist(), strict=True):
                piece.row.rows_landed += count
            self.writers[table.name].write(self._with_lineage(result, pieces, counts, numbers))
            for piece in pieces:
                piece.section.body = b""

    def _reject(self, piece: Piece, typed: Typed) -> None:
        row, section = piece.row, piece.section
        row.rows_rejected += len(typed.rejected)
        room = MAX_REJECTED - sum(r.file_id == row.file_id for r in self.rejected)
        self.rejected += [
            RejectedRow(
                file_id=row.file_id,
                feed=row.feed,
                table_name=section.table.name,
                member=section.member,
                row_number=piece.first_row + r.row,
                line_number=r.line,
                column_name=r.column,
                value=r.value,
                reason=r.reason,
                line=r.text[:2000],
                loaded_at=self.loaded_at,
            )
            for r in typed.rejected[: max(room, 0)]
        ]

    def _with_lineage(
        self, table: pa.Table, pieces: list[Piece], counts: np.ndarray, numbers: np.ndarray
    ) -> pa.Table:
        # a large file comes in many pieces: a dictionary must name it once
        rows = list({p.row.file_id: p.row for p in pieces}.values())
        places = {row.file_id: n for n, row in enumerate(rows)}
        of_piece = np.array([places[p.row.file_id] for p in pieces], dtype=np.int32)
        which = np.repeat(of_piece, counts)

        def by_file(values: list, kind: pa.DataType) -> pa.Array:
            return pa.array(values, kind).take(pa.array(which))

        identities = _dictionary(which, [r.file_id for r in rows])
        constant = _dictionary(np.zeros(len(which), np.int32), [self.load_id])
        columns = [
            identities,
            pa.array(numbers, pa.int64()),
            by_file([r.published_at for r in rows], _STAMP),
            by_file([r.fetched_at for r in rows], _STAMP),
            pa.repeat(pa.scalar(self.loaded_at, _STAMP), len(which)),
            constant,
        ]
        for (name, _), column in zip(LINEAGE, columns, strict=True):
            table = table.append_column(name, column)
        return table


def _dictionary(places: np.ndarray, values: list[str]) -> pa.DictionaryArray:
    # safe=False: no search for places outside `values`, there are none
    return pa.DictionaryArray.from_arrays(pa.array(places), pa.array(values), safe=False)


def starts(counts: np.ndarray) -> np.ndarray:
    """Where each of the runs of `counts` rows begins."""
    return np.cumsum(counts) - counts
