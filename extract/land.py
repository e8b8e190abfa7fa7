"""One batch of archived files to Parquet, ready for a dlt load, with its ledger rows."""

from __future__ import annotations

import hashlib
import re
import time
import zipfile
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from extract.archive import Entry
from extract.catalogue import Feed, Table
from extract.ledger import FileRow, Known, OutcomeRow, RejectedRow, file_id
from extract.parquet import TableWriter
from extract.parse import read_member
from extract.parse.oasis import TryLater
from extract.parse.sections import Content, Quarantine, Section
from extract.parse.typed import ARROW_TYPES, Reader, Typed
from extract.unpack import File, Limits, files_in, members

GROUP_BYTES = 32 * 1024 * 1024  # text parsed in one go
PARSERS = 2  # groups parsed at the same time, each by one thread of DuckDB
MAX_REJECTED = 1_000  # rejected rows kept per file; the counts are always whole
_STAMP = pa.timestamp("us", "UTC")
LINEAGE = (
    ("_file_id", pa.string()),
    ("_row_number", pa.int64()),
    ("_published_at", _STAMP),
    ("_fetched_at", _STAMP),
    ("_loaded_at", _STAMP),
    ("_dlt_load_id", pa.string()),
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A fetched publication: its manifest entry, and its bytes or where they lie."""

    entry: Entry
    source: Path | bytes


@dataclass(slots=True)
class Landed:
    """What a batch made: a Parquet file per table, and the ledger rows."""

    parquet: dict[str, Path] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    files: list[FileRow] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)


def raw_schema(table: Table) -> pa.Schema:
    """Arrow schema of a landed table: the contract's columns, `_extra`, lineage."""
    contract = [(c.name, ARROW_TYPES[c.data_type]) for c in table.columns]
    return pa.schema([*contract, ("_extra", pa.string()), *LINEAGE])


class Batch:
    """Parses files of one operator into `folder`; `finish` closes the Parquet files."""

    def __init__(self, folder: Path, load_id: str, known: Known, limits: Limits):
        self.folder, self.load_id, self.known, self.limits = folder, load_id, known, limits
        self.loaded_at = known.next_loaded_at()
        self.landed = Landed()
        self.readers = [Reader(folder) for _ in range(PARSERS)]
        self.parsers = ThreadPoolExecutor(PARSERS)
        self.parsing: deque[Future] = deque()
        self.groups: dict[tuple[str, tuple[str, ...]], list[_Piece]] = {}
        self.group_bytes: dict[tuple[str, tuple[str, ...]], int] = {}
        self.writers: dict[str, TableWriter] = {}
        self.discarded: set[str] = set()
        self.broken: dict[str, str] = {}
        self.feeds: dict[str, Feed] = {}

    def add(self, feed: Feed, incoming: Incoming) -> None:
        """Parse one publication (each inner file of a container is a file of its own)."""
        entry, started = incoming.entry, time.perf_counter()
        self.feeds[feed.id] = feed
        try:
            for file in files_in(entry.name, incoming.source, entry.sha256, self.limits):
                self._add_file(feed, incoming, file)
        except Quarantine as error:
            row = self._file_row(feed, incoming, File(entry.name, None, entry.sha256, 0, b""))
            row.bytes = entry.bytes
            self._quarantine(row, feed, str(error), started)

    def _add_file(self, feed: Feed, incoming: Incoming, file: File) -> None:
        started = time.perf_counter()
        row = self._file_row(feed, incoming, file)
        if row.file_id in self.known.file_ids:
            self._outcome(row, "not_modified", started)
            return
        content, pending = Content(), _Pending()
        try:
            with members(file, feed.tables[0].members, self.limits) as streams:
                for member, stream in streams:
                    for section in read_member(feed, member, stream, content):
                        self._publish(row, feed, content, member)
                        pending.add(_Piece(section, row))
                        if pending.bytes > GROUP_BYTES:
                            self._take(pending)
                    self._publish(row, feed, content, member)
        except TryLater as error:
            self._forget(row)
            self._outcome(row, "http_error", started, str(error))
            return
        except (Quarantine, zipfile.BadZipFile, zlib.error, EOFError) as error:
            self._forget(row)
            reason = str(error) if isinstance(error, Quarantine) else f"{file.name}: {error}"
            self._quarantine(row, feed, reason, started)
            return
        row.rows_ignored = content.ignored_rows
        if feed.parse == "oasis" and self._same_as_latest(row, pending):
            row.status = "not_modified"
            row.message = "the same content as the newest landed answer to this request"
            self._outcome(row, "not_modified", started, row.message)
            return
        self._take(pending)
        self._accept(row, sum(pending.rows.values()), content, started)

    def _accept(self, row: FileRow, rows: int, content: Content, started: float) -> None:
        if content.empty_reason or not rows:
            row.status = "empty"
            row.message = content.empty_reason or "a header and no rows"
        if content.notes:
            row.message = "; ".join(content.notes)
            self._outcome(row, "drift", started, row.message)
        self.known.file_ids.add(row.file_id)
        self.landed.files.append(row)
        outcome = self._outcome(row, "empty" if row.status == "empty" else "ok", started)
        if row.status == "empty":
            outcome.message = row.message

    def _file_row(self, feed: Feed, incoming: Incoming, file: File) -> FileRow:
        entry = incoming.entry
        published = None if file.container else entry.published_at
        return FileRow(
            file_id=file_id(feed.id, file.name, file.sha256),
            operator=feed.operator,
            feed=feed.id,
            source_key=entry.key,
            name=file.name,
            container=file.container,
            sha256=file.sha256,
            archive_sha256=entry.sha256,
            content_sha256=None,
            bytes=file.size,
            url=entry.url,
            published_at=published or published_in_name(feed, file.name),
            fetched_at=entry.fetched_at,
            loaded_at=self.loaded_at,
        )

    def _publish(self, row: FileRow, feed: Feed, content: Content, member: str) -> None:
        """What the file itself says about its publication outranks the listing."""
        if content.published_at:
            row.published_at = content.published_at.astimezone(UTC)
        elif row.published_at is None:
            row.published_at = published_in_name(feed, member)

    def _same_as_latest(self, row: FileRow, pending: _Pending) -> bool:
        digest = hashlib.sha256()
        for piece in pending.pieces:
            digest.update(",".join(piece.section.header).encode())
            digest.update(piece.section.body)
        row.content_sha256 = digest.hexdigest()
        if not pending.pieces:
            return False
        same = self.known.latest_content.get(row.source_key) == row.content_sha256
        self.known.latest_content[row.source_key] = row.content_sha256
        return same

    def _forget(self, row: FileRow) -> None:
        """Take back what a file gave before it proved bad."""
        self._collect_all()
        self.discarded.add(row.file_id)
        self.landed.rejected = [r for r in self.landed.rejected if r.file_id != row.file_id]
        for pieces in self.groups.values():
            pieces[:] = [p for p in pieces if p.row is not row]

    def _quarantine(self, row: FileRow, feed: Feed, reason: str, started: float) -> None:
        row.status, row.message = "quarantined", reason
        row.rows_landed = row.rows_rejected = row.rows_in_file = 0
        self.known.file_ids.add(row.file_id)
        self.landed.files.append(row)
        self._outcome(row, "quarantined", started, reason)

    def _outcome(
        self, row: FileRow, outcome: str, started: float, message: str | None = None
    ) -> OutcomeRow:
        made = OutcomeRow(
            attempted_at=datetime.now(UTC),
            operator=row.operator,
            feed=row.feed,
            kind="parse",
            outcome=outcome,
            url_or_path=f"{row.container}:{row.name}" if row.container else row.name,
            message=message,
            file_id=row.file_id,
            bytes=row.bytes,
            seconds=time.perf_counter() - started,
            loaded_at=self.loaded_at,
        )
        self.landed.outcomes.append(made)
        return made

    # from sections to Parquet

    def _take(self, pending: _Pending) -> None:
        for piece in pending.pieces:
            key = (piece.section.table.name, piece.section.header)
            self.groups.setdefault(key, []).append(piece)
            self.group_bytes[key] = self.group_bytes.get(key, 0) + len(piece.section.body)
            if self.group_bytes[key] > GROUP_BYTES:
                self._flush(key)
        pending.clear()

    def _flush(self, key: tuple[str, tuple[str, ...]]) -> None:
        """Hand a group to the parsers; results are taken in order, which bounds memory."""
        pieces = self.groups.pop(key, [])
        self.group_bytes[key] = 0
        if not pieces:
            return
        if len(self.parsing) > PARSERS:
            self._collect()
        self.parsing.append(self.parsers.submit(self._parse, pieces))

    def _parse(self, pieces: list[_Piece]) -> list[tuple[list[_Piece], pa.Table | Typed]]:
        """In a parser's thread: typed rows, nothing of the batch is touched."""
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
                self._break(pieces[0].row, result.problem)
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

    def _break(self, row: FileRow, problem: str) -> None:
        """A file proved bad after others of its batch were written: its rows are dropped."""
        self.discarded.add(row.file_id)
        self.broken.setdefault(row.file_id, problem)

    def _collect_all(self) -> None:
        while self.parsing:
            self._collect()

    def _reject(self, piece: _Piece, typed: Typed) -> None:
        row, section = piece.row, piece.section
        row.rows_in_file += typed.rows_in_section - section.rows
        row.rows_rejected += len(typed.rejected)
        if typed.notes:
            row.message = "; ".join(filter(None, [row.message, *typed.notes]))
        room = MAX_REJECTED - sum(r.file_id == row.file_id for r in self.landed.rejected)
        self.landed.rejected += [
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
        self, table: pa.Table, pieces: list[_Piece], counts: np.ndarray, numbers: np.ndarray
    ) -> pa.Table:
        # a large file comes in many pieces: a dictionary must name it once
        rows = list({p.row.file_id: p.row for p in pieces}.values())
        places = {row.file_id: n for n, row in enumerate(rows)}
        of_piece = np.array([places[p.row.file_id] for p in pieces], dtype=np.int32)
        which = np.repeat(of_piece, counts)

        def by_file(values: list, kind: pa.DataType) -> pa.Array:
            return pa.array(values, kind).take(pa.array(which))

        identities = pa.DictionaryArray.from_arrays(which, pa.array([r.file_id for r in rows]))
        constant = pa.DictionaryArray.from_arrays(
            np.zeros(len(which), np.int32), pa.array([self.load_id])
        )
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

    def finish(self) -> Landed:
        """Parse what is still waiting, close the Parquet files, settle the ledger rows."""
        for key in list(self.groups):
            self._flush(key)
        self._collect_all()
        self.parsers.shutdown()
        for reader in self.readers:
            reader.close()
        for row in self.landed.files:
            if row.file_id in self.broken:
                self._drop(row)
            elif row.status == "landed" and row.rows_rejected and not row.rows_landed:
                self._all_rejected(row)
        for name, writer in self.writers.items():
            rows = writer.close(self.discarded)
            if rows:
                self.landed.parquet[name], self.landed.rows[name] = writer.path, rows
        self._settle_outcomes()
        for row in self.landed.files:
            self.known.add(row, self.feeds[row.feed])
        return self.landed

    def _drop(self, row: FileRow) -> None:
        row.status, row.message = "quarantined", self.broken[row.file_id]
        row.rows_landed = row.rows_rejected = row.rows_in_file = 0
        self.landed.rejected = [r for r in self.landed.rejected if r.file_id != row.file_id]

    def _all_rejected(self, row: FileRow) -> None:
        first = next(r for r in self.landed.rejected if r.file_id == row.file_id)
        row.status = "quarantined"
        row.message = (
            f"{row.name}: none of {row.rows_in_file} rows could be read; first: line "
            f"{first.line_number}, column {first.column_name}: {first.reason}"
        )

    def _settle_outcomes(self) -> None:
        by_id = {row.file_id: row for row in self.landed.files}
        for outcome in self.landed.outcomes:
            row = by_id.get(outcome.file_id or "")
            if row is None or outcome.outcome == "not_modified":
                continue
            outcome.rows_in_file = row.rows_in_file
            outcome.rows_landed, outcome.rows_rejected = row.rows_landed, row.rows_rejected
            if outcome.outcome == "ok" and row.status == "quarantined":
                outcome.outcome, outcome.message = "quarantined", row.message
            elif outcome.outcome == "ok" and row.rows_rejected:
                outcome.outcome = "rejected_rows"
                outcome.message = f"{row.rows_rejected} of {row.rows_in_file} rows rejected"


@dataclass(slots=True)
class _Piece:
    section: Section
    row: FileRow
    first_row: int = 0


class _Pending:
    """Sections of the file being read, numbered per table; taken once the file proves whole."""

    def __init__(self) -> None:
        self.pieces: list[_Piece] = []
        self.bytes = 0
        self.rows: dict[str, int] = {}

    def add(self, piece: _Piece) -> None:
        name = piece.section.table.name
        piece.first_row = self.rows.get(name, 0)
        self.rows[name] = piece.first_row + piece.section.rows
        self.pieces.append(piece)
        self.bytes += len(piece.section.body)

    def clear(self) -> None:
        self.pieces, self.bytes = [], 0


def starts(counts: np.ndarray) -> np.ndarray:
    """Where each of the runs of `counts` rows begins."""
    return np.cumsum(counts) - counts


def published_in_name(feed: Feed, *names: str) -> datetime | None:
    """Publication instant (UTC) from the stamp in a file's name, null where there is none.

    ERCOT marks the files of the repeated autumn hour with `xhr`.
    """
    if not feed.published:
        return None
    for name in names:
        found = re.search(feed.published.regex, name)
        if found:
            text = "".join(found.groups()) or found.group()
            try:
                local = datetime.strptime(text, feed.published.format)
            except ValueError:
                continue
            fold = 1 if "xhr" in name.lower() else 0
            return local.replace(tzinfo=feed.zone, fold=fold).astimezone(UTC)
    return None
