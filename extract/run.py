"""An extraction: publications in, complete loads and a report out.

Where publications come from is one of three: an operator's site (`extract.remote`), a folder
(`from_folder`) or the archive (`from_archive`). What happens to them is the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from extract.archive import PACK_BYTES, Archive, ArchiveError, Entry, sha256_of
from extract.catalogue import Catalogue, Feed
from extract.land import Batch, Incoming, Landed
from extract.ledger import FileRow, Known, OutcomeRow, file_id, read_known
from extract.load import Loader
from extract.locks import lock
from extract.parse.typed import spool_folder
from extract.recognise import recognise
from extract.unpack import Limits

BATCH_FILES = 4_000
BATCH_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class FeedReport:
    """What one run did for one feed."""

    feed: str
    listed: int = 0
    files: int = 0
    rows: int = 0
    rejected: int = 0
    quarantined: int = 0
    set_aside: int = 0  # of these, the ones that were not in quarantine before
    empty: int = 0
    known: int = 0
    failed: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Report:
    """What one run did. `problems` are for people, one line each; `ok` is for the exit code."""

    feeds: dict[str, FeedReport] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    not_recognised: list[Path] = field(default_factory=list)
    seconds: float = 0.0

    def of(self, feed: str) -> FeedReport:
        return self.feeds.setdefault(feed, FeedReport(feed))

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def rows(self) -> int:
        return sum(f.rows for f in self.feeds.values())

    @property
    def files(self) -> int:
        return sum(f.files for f in self.feeds.values())

    def add(self, landed: Landed) -> None:
        for row in landed.files:
            self._add_file(row)
        for outcome in landed.outcomes:
            if outcome.feed and outcome.kind == "parse":
                self.of(outcome.feed).seconds += outcome.seconds or 0.0
            if outcome.outcome == "drift":
                self.warnings.append(f"{outcome.url_or_path}: {outcome.message}")
            elif outcome.outcome == "quarantined":
                self.of(outcome.feed or "?").quarantined += 1
                self.problems.append(f"{outcome.url_or_path}: quarantined: {outcome.message}")
            elif outcome.kind == "parse" and outcome.outcome == "http_error":
                self.of(outcome.feed or "?").failed += 1
                self.problems.append(f"{outcome.url_or_path}: {outcome.message}")
            elif outcome.outcome == "not_modified":
                self.of(outcome.feed or "?").known += 1

    def _add_file(self, row: FileRow) -> None:
        feed = self.of(row.feed)
        feed.files += row.status == "landed"
        feed.rows += row.rows_landed
        feed.rejected += row.rows_rejected
        feed.empty += row.status == "empty"
        feed.set_aside += row.status == "quarantined"
        if row.rows_rejected and row.status != "quarantined":
            self.problems.append(
                f"{row.name}: {row.rows_rejected} of {row.rows_in_file} rows rejected; "
                f"see {row.operator}._rejected_rows in raw.duckdb"
            )
        if row.rows_in_file != row.rows_landed + row.rows_rejected:
            self.problems.append(
                f"{row.name}: {row.rows_in_file} rows in the file but {row.rows_landed} landed and "
                f"{row.rows_rejected} rejected; this is a fault of gridhouse, please report it"
            )


@dataclass(slots=True)
class _Bucket:
    """What waits for an operator's next load."""

    items: list[tuple[Feed, Incoming]] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)
    bytes: int = 0


class Run:
    """One extraction run over a data folder; use as a context manager (it holds the lock)."""

    def __init__(
        self,
        data: Path,
        catalogue: Catalogue,
        *,
        limits: Limits | None = None,
        archive: Path | None = None,
        lock_wait_s: float = 30.0,
        excerpts: bool = False,
        progress: Callable[[str, int], None] = lambda feed, files: None,
    ):
        self.data, self.catalogue = data, catalogue
        self.limits = limits or Limits()
        self.lock_wait_s, self.progress = lock_wait_s, progress
        self.excerpts = excerpts  # files may have been cut on purpose and lack what they promise
        self.raw = data / "raw.duckdb"
        self.archive_folder = archive or data / "archive"
        self.temporary = data / "tmp"
        self.report = Report()
        self.loaders: dict[str, Loader] = {}
        self.known: dict[str, Known] = {}
        self.waiting: dict[str, _Bucket] = {}
        self.spool = spool_folder(data)

    def __enter__(self) -> Run:
        self.data.mkdir(parents=True, exist_ok=True)
        self.lock = lock(self.data, "extract", self.lock_wait_s)
        self.lock.__enter__()
        self.archive = Archive(self.archive_folder)
        for folder in (self.temporary, self.spool):
            shutil.rmtree(folder, ignore_errors=True)  # what a killed run left
            folder.mkdir()
        self.started = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        self.archive.close()
        for folder in (self.temporary, self.spool):
            shutil.rmtree(folder, ignore_errors=True)
        self.report.seconds = time.perf_counter() - self.started
        self.lock.__exit__(*error)

    def prepare(self) -> None:
        """Make sure that every operator's tables exist, so that dbt always builds."""
        for operator in self.catalogue.operators:
            self._loader(operator)

    def _loader(self, operator: str) -> Loader:
        if operator not in self.loaders:
            loader = Loader(self.data, operator, self.catalogue, self.lock_wait_s)
            with lock(self.data, "raw", self.lock_wait_s):
                loader.prepare()
            self.loaders[operator] = loader
        return self.loaders[operator]

    def known_of(self, operator: str) -> Known:
        if operator not in self.known:
            self._loader(operator)
            with lock(self.data, "raw", self.lock_wait_s, shared=True):
                self.known[operator] = read_known(self.raw, operator, self.catalogue)
        return self.known[operator]

    def take(self, feed: Feed, incoming: Incoming) -> None:
        """Land a publication with the next load of its operator; a full batch is loaded now."""
        bucket = self.waiting.setdefault(feed.operator, _Bucket())
        bucket.items.append((feed, incoming))
        bucket.bytes += incoming.entry.bytes
        if len(bucket.items) >= BATCH_FILES or bucket.bytes >= BATCH_BYTES:
            self.flush(feed.operator)

    def keep(self, feed: Feed, entry: Entry, source: Path | bytes, *, move: bool = False) -> None:
        """Archive a publication that is not there yet, then land it."""
        recorded = (entry.key, entry.sha256) in self.known_of(feed.operator).archived
        if isinstance(source, Path):
            source = self.archive.put(source, entry.sha256, move=move)
        elif not recorded:
            pack, offset = self.archive.append(source)
            entry = replace(entry, pack=pack, offset=offset)
        self.take(feed, Incoming(entry, source, recorded))

    def note(self, outcome: OutcomeRow) -> None:
        """Keep an attempt that made no rows (a listing, a failed download) for the next load."""
        self.waiting.setdefault(outcome.operator, _Bucket()).outcomes.append(outcome)

    def flush(self, operator: str | None = None) -> None:
        """Load what waits for one operator, or for all."""
        for name in [operator] if operator else list(self.waiting):
            bucket = self.waiting.pop(name, None)
            if bucket:
                self._load(name, bucket)

    def _load(self, operator: str, bucket: _Bucket) -> None:
        known = self.known_of(operator)
        self.archive.record([item.entry for _, item in bucket.items if not item.recorded])

        def parse(load_id: str) -> Landed:
            work = Batch(self.temporary, self.spool, load_id, known, self.limits, self.excerpts)
            for feed, item in bucket.items:
                work.add(feed, item)
                self.progress(feed.id, 1)
            landed = work.finish()
            for outcome in bucket.outcomes:
                outcome.loaded_at = work.loaded_at
            landed.outcomes[:0] = bucket.outcomes
            return landed

        with lock(self.data, "raw", self.lock_wait_s):
            landed = self._loader(operator).load(parse, [feed for feed, _ in bucket.items])
        for path in landed.parquet.values():
            path.unlink(missing_ok=True)
        self.report.add(landed)

    # where publications come from, when it is not an operator's site

    def from_folder(self, folder: Path, feeds: list[Feed]) -> None:
        """Land every file under `folder` that belongs to one of `feeds`; list what does not."""
        wanted = {f.id for f in feeds}
        root = folder.resolve()
        own = [f.resolve() for f in (self.data, self.archive_folder)]
        for path in sorted(self._paths(folder)):
            try:
                if not (path.is_file() or path.is_symlink()):
                    continue
                if any((root / path.relative_to(folder)).is_relative_to(f) for f in own):
                    continue  # what gridhouse itself keeps
                feed = path.is_file() and recognise(path, folder, self.catalogue, self.limits)
                found = _read(path) if feed and feed.id in wanted else None
            except (PermissionError, FileNotFoundError) as error:  # of this file, or gone by now
                self._unreadable(error, path)
                continue
            if not feed:
                self.report.not_recognised.append(Path(_printable(path)))
            elif found:
                self._take_file(feed, path, *found)
        self.flush()

    def _paths(self, folder: Path) -> Iterator[Path]:
        """All that lies below; links to folders, which may lead in circles, are not followed."""
        for place, folders, names in os.walk(folder, onerror=self._unreadable):
            yield from (Path(place, name) for name in [*folders, *names])

    def _unreadable(self, error: OSError, path: Path | None = None) -> None:
        self.report.problems.append(f"{_printable(path or error.filename)}: {error.strerror}")

    def _take_file(
        self, feed: Feed, path: Path, was: os.stat_result, content: bytes | None, sha256: str
    ) -> None:
        known = self.known_of(feed.operator)
        name = _printable(path.name)
        key = f"file:{name}:{sha256[:16]}"
        if key in known.keys or file_id(feed.id, name, sha256) in known.file_ids:
            self.report.of(feed.id).known += 1
            return
        entry = Entry(
            feed=feed.id,
            key=key,
            name=name,
            sha256=sha256,
            bytes=was.st_size if content is None else len(content),
            url=name,
            published_at=None,
            fetched_at=datetime.now(UTC),
        )
        try:
            source = self.archive.put(path, sha256, hashed=was) if content is None else content
        except (ArchiveError, FileNotFoundError) as error:
            self._failed(feed, error)
        else:
            self.keep(feed, entry, source)

    def from_archive(self, feeds: list[Feed]) -> None:
        """Land everything that the archive holds for `feeds`, in the order it was fetched."""
        chosen = {f.id: f for f in feeds}
        for entry in self.archive.entries():
            if entry.feed not in chosen:
                continue
            feed = chosen[entry.feed]
            try:
                source = self.archive.read(entry)
            except ArchiveError as error:  # the others can still be had
                self._failed(feed, error)
            else:
                self.take(feed, Incoming(entry, source, True))
        self.flush()

    def _failed(self, feed: Feed, error: Exception) -> None:
        self.report.of(feed.id).failed += 1
        self.report.problems.append(str(error))


def _read(path: Path) -> tuple[os.stat_result, bytes | None, str]:
    """What a file was before it was read, its bytes if it is small, and its hash."""
    was = path.stat()
    if was.st_size > PACK_BYTES:
        return was, None, sha256_of(path)
    content = path.read_bytes()
    return was, content, hashlib.sha256(content).hexdigest()


def _printable(path: Path | str) -> str:
    """A name as text; bytes that are no UTF-8 are shown as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
