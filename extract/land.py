"""One batch of archived files to Parquet, ready for a dlt load, with its ledger rows."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extract.archive import Entry
from extract.assemble import GROUP_BYTES, Assembler, Pieces
from extract.catalogue import Feed
from extract.ledger import FileRow, Known, OutcomeRow, RejectedRow, file_id
from extract.parse import read_member
from extract.parse.oasis import TryLater
from extract.parse.sections import Content, Quarantine, fault_of
from extract.unpack import File, Limits, files_in, members

CLOCKS_DIFFER = timedelta(days=1)  # at most, between an operator's clock and ours


@dataclass(frozen=True, slots=True)
class Incoming:
    """A fetched publication: its manifest entry, and its bytes or where they lie."""

    entry: Entry
    source: Path | bytes
    recorded: bool = False  # the archive and its manifest have it already


@dataclass(slots=True)
class Landed:
    """What a batch made: a Parquet file per table, and the ledger rows."""

    parquet: dict[str, Path] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    files: list[FileRow] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)


class Batch:
    """Decides for each file of one operator what becomes of it; `finish` closes the batch."""

    def __init__(
        self,
        folder: Path,
        spool: Path,
        load_id: str,
        known: Known,
        limits: Limits,
        excerpts: bool = False,
    ):
        self.known, self.limits, self.excerpts = known, limits, excerpts
        self.loaded_at = known.next_loaded_at()
        self.rows = Assembler(folder, spool, load_id, self.loaded_at)
        self.landed = Landed()
        self.taken: set[str] = set()  # file ids of this batch
        self.feeds: dict[str, Feed] = {}

    def add(self, feed: Feed, incoming: Incoming) -> None:
        """Parse one publication; each inner file of a container is a file of its own."""
        entry, started = incoming.entry, time.perf_counter()
        self.feeds[feed.id] = feed
        outer = File(entry.name, None, entry.sha256, entry.bytes, b"")
        is_container = False
        try:
            for file in files_in(entry.name, incoming.source, entry.sha256, self.limits):
                self._add_file(feed, incoming, file)
                is_container = is_container or file.container is not None
        except Exception as error:
            reason = _reason(outer, error)
            self._quarantine(self._file_row(feed, incoming, outer), reason, started)
            return
        if is_container:
            self._add_container(self._file_row(feed, incoming, outer))

    def _add_container(self, row: FileRow) -> None:
        """A zip of zips lands by its files; its own row says that it need not be fetched again."""
        if (row.file_id, row.source_key) not in self.known.containers:
            row.status = "container"
            self.landed.files.append(row)

    def _add_file(self, feed: Feed, incoming: Incoming, file: File) -> None:
        started = time.perf_counter()
        row = self._file_row(feed, incoming, file)
        if row.file_id in self.known.file_ids or row.file_id in self.taken:
            self._outcome(row, "not_modified", started)
            return
        try:
            if file.problem:
                raise Quarantine(file.problem)
            content, digest = self._read(feed, file, row)
        except TryLater as error:
            self.rows.discard(row.file_id, str(error))
            self._outcome(row, "http_error", started, str(error))
        except Exception as error:
            self._quarantine(row, _reason(file, error), started)
        else:
            if digest and self._same_as_latest(row, digest):
                message = "the same content as the newest landed answer to this request"
                self.rows.discard(row.file_id, message)
                self._outcome(row, "not_modified", started, message)
            else:
                self._accept(row, content, started)

    def _read(self, feed: Feed, file: File, row: FileRow) -> tuple[Content, str | None]:
        """Hand the file's rows to the assembler; returns its notes and, for OASIS, its hash.

        OASIS makes its answers anew: two zips with the same rows differ in bytes.
        """
        content = Content(whole=file.is_zip, is_excerpt=self.excerpts)
        pending, digest = Pieces(row), hashlib.sha256()
        before = None
        notes = content.notes
        with members(file, feed.members, self.limits, notes, feed.ignores) as streams:
            for member, stream in streams:
                if before and published_in_name(feed, before) != published_in_name(feed, member):
                    raise Quarantine(
                        f"{file.name}: {member} and {before} were published at different times; "
                        "unpack the zip, so that each is ordered by its own"
                    )
                before = member
                for section in read_member(feed, member, stream, content):
                    self._publish(row, feed, content, member)
                    if feed.parse == "oasis":
                        digest.update(",".join(section.header).encode())
                        digest.update(section.body)
                    pending.add(section)
                    if pending.bytes > GROUP_BYTES:
                        self.rows.take(pending)
                self._publish(row, feed, content, member)
        self.rows.take(pending)
        row.rows_ignored = content.ignored_rows
        if not pending.rows:
            row.status = "empty"
            row.message = content.empty_reason or "a header and no rows"
        return content, digest.hexdigest() if feed.parse == "oasis" and pending.rows else None

    def _same_as_latest(self, row: FileRow, digest: str) -> bool:
        row.content_sha256 = digest
        same = self.known.latest_content.get(row.source_key) == digest
        self.known.latest_content[row.source_key] = digest
        return same

    def _accept(self, row: FileRow, content: Content, started: float) -> None:
        if content.notes or content.remarks:
            row.message = "; ".join([*content.notes, *content.remarks])
        if content.notes:
            self._outcome(row, "drift", started, row.message)
        self.taken.add(row.file_id)
        self.landed.files.append(row)
        empty = row.status == "empty"
        self._outcome(row, "empty" if empty else "ok", started, row.message if empty else None)

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
            published_at=published or _by_then(feed, file.name, entry.fetched_at),
            fetched_at=entry.fetched_at,
            loaded_at=self.loaded_at,
        )

    def _publish(self, row: FileRow, feed: Feed, content: Content, member: str) -> None:
        """What the file itself says about its publication outranks the listing.

        Not so an instant to come: the file would outrank all that corrects it.
        """
        if content.published_at and content.published_at > row.fetched_at + CLOCKS_DIFFER:
            content.notes.append(
                f"says that it was published at {content.published_at:%Y-%m-%d %H:%M %Z}, which is "
                "after it was fetched; that is not taken"
            )
            content.published_at = None
        if content.published_at:
            row.published_at = content.published_at.astimezone(UTC)
        elif row.published_at is None:
            row.published_at = _by_then(feed, member, row.fetched_at)

    def _quarantine(self, row: FileRow, reason: str, started: float) -> None:
        self.rows.discard(row.file_id, reason)
        row.status, row.message = "quarantined", reason
        self.taken.add(row.file_id)
        self.landed.files.append(row)
        self._outcome(row, "quarantined", started, reason)

    def _outcome(
        self, row: FileRow, outcome: str, started: float, message: str | None = None
    ) -> None:
        self.landed.outcomes.append(
            OutcomeRow(
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
        )

    def finish(self) -> Landed:
        """Parse what is still waiting, close the Parquet files, settle the ledger rows."""
        self.landed.parquet, self.landed.rows = self.rows.finish()
        self.landed.rejected = self.rows.rejected
        for row in self.landed.files:
            if row.file_id in self.rows.discarded:
                row.status, row.message = "quarantined", self.rows.discarded[row.file_id]
                row.rows_landed = row.rows_rejected = row.rows_in_file = 0
            elif row.status == "landed" and row.rows_rejected and not row.rows_landed:
                self._all_rejected(row)
        self._settle_outcomes()
        self._forget_repeated()
        self.known.add(self.landed.files, self.feeds)
        return self.landed

    def _all_rejected(self, row: FileRow) -> None:
        first = next(r for r in self.landed.rejected if r.file_id == row.file_id)
        row.status = "quarantined"
        row.message = (
            f"{row.name}: none of {row.rows_in_file} rows could be read; first: line "
            f"{first.line_number}, column {first.column_name}: {first.reason}"
        )

    def _forget_repeated(self) -> None:
        """A quarantined file is tried whenever it is met, since the contract may have been mended;
        where the reason is still the same its row is there already.
        """
        same = {
            row.file_id
            for row in self.landed.files
            if row.status == "quarantined"
            and self.known.quarantined.get(row.file_id) == row.message
        }
        self.landed.files = [row for row in self.landed.files if row.file_id not in same]
        self.landed.rejected = [r for r in self.landed.rejected if r.file_id not in same]

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


def _reason(file: File, error: Exception) -> str:
    """Why a file is quarantined; raises `error` where the file is not at fault."""
    fault = fault_of(error)
    return fault if isinstance(error, Quarantine) else f"{file.name}: {fault}"


def _by_then(feed: Feed, name: str, fetched_at: datetime) -> datetime | None:
    """When a name says that it was published; null where that is nothing, or an instant to come."""
    stamp = published_in_name(feed, name)
    return None if stamp and stamp > fetched_at + CLOCKS_DIFFER else stamp


def published_in_name(feed: Feed, *names: str) -> datetime | None:
    """Publication instant (UTC) from the stamp in a file's name, null where there is none.

    ERCOT marks the files of the repeated autumn hour with `xhr`.
    """
    for published in feed.stamps:
        for name in names:
            found = re.search(published.regex, name)
            if found:
                text = "".join(found.groups()) or found.group()
                fold = 1 if "xhr" in name.lower() else 0
                try:
                    local = datetime.strptime(text, published.format)
                    return local.replace(tzinfo=feed.zone, fold=fold).astimezone(UTC)
                except (ValueError, OverflowError):  # no date, or one of the year 1
                    continue
    return None
