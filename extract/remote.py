"""Publications from the operators' sites: list, skip what is known, download, land."""

from __future__ import annotations

import asyncio
import hashlib
import queue
import threading
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from extract.archive import PACK_BYTES, Entry
from extract.catalogue import Feed
from extract.fetch import Fetched, FetchFailed, fetch_all
from extract.index import (
    Candidate,
    ListingError,
    NotAsked,
    OtherDoor,
    Window,
    asked_on,
    ercot_bulk,
    list_feed,
)
from extract.ledger import OutcomeRow
from extract.parse.sections import Quarantine
from extract.polite import PoliteClient
from extract.redact import without_secrets
from extract.run import Run
from gridhouse.settings import Settings

FLUSH_S = 60.0  # a long download is loaded at least this often, so that a kill costs little


@dataclass(frozen=True, slots=True)
class _Listed:
    feed: Feed
    new: int
    seconds: float
    problem: ListingError | None


_END = object()


def from_operators(
    run: Run,
    feeds: list[Feed],
    window: Window,
    settings: Settings,
    *,
    max_new: int | None = None,
    listed: Callable[[str, int], None] = lambda feed, new: None,
) -> None:
    """List `feeds`, download what the ledger does not know and land it.

    At most `max_new` publications per feed, oldest first. `listed` is told how many are to come.
    A listing or a download that fails becomes an outcome and a problem of the report; the others
    go on. Feeds that no operator lists are passed over; a warning says so where no other was asked
    for.
    """
    unlisted = [f for f in feeds if not f.is_listed]
    feeds = [f for f in feeds if f.is_listed]
    if not feeds:
        run.report.warnings += [
            f"{f.id}: no list of its files is known; get them from {f.landing_page} and land them "
            "with `gridhouse extract --from FOLDER`"
            for f in unlisted
        ]
        return
    by_id = {f.id: f for f in feeds}
    for feed in feeds:
        run.known_of(feed.operator)
    results: queue.Queue = queue.Queue(maxsize=256)
    worker = _Downloads(run, feeds, window, settings, max_new, results)
    worker.start()
    flushed = time.monotonic()
    try:
        while (item := _next(results, worker)) is not _END:
            if isinstance(item, BaseException):
                raise item
            if isinstance(item, _Listed):
                _note_listing(run, item)
                listed(item.feed.id, item.new)
            elif isinstance(item, FetchFailed):
                _note_failure(run, by_id[item.candidate.feed], item)
            else:
                _take(run, by_id[item.candidate.feed], item)
            if time.monotonic() - flushed > FLUSH_S:
                run.flush()
                flushed = time.monotonic()
    finally:
        worker.stop()
    run.flush()


class _Downloads(threading.Thread):
    """Lists and downloads in an event loop of its own, so that landing never holds it up."""

    def __init__(
        self,
        run: Run,
        feeds: list[Feed],
        window: Window,
        settings: Settings,
        max_new: int | None,
        results: queue.Queue,
    ):
        super().__init__(daemon=True, name="downloads")
        self.run_, self.feeds, self.window = run, feeds, window
        self.settings, self.max_new, self.results = settings, max_new, results
        self.stopping = threading.Event()

    def run(self) -> None:
        try:
            asyncio.run(self._all())
        except BaseException as error:
            self._put(error)
        finally:
            self._put(_END)

    def stop(self) -> None:
        self.stopping.set()
        self.join(timeout=10)

    def _put(self, item: object) -> bool:
        while not self.stopping.is_set():
            try:
                self.results.put(item, timeout=0.5)
                return True
            except queue.Full:
                continue
        return False

    async def _all(self) -> None:
        async with PoliteClient(self.settings) as client:
            await asyncio.gather(*(self._operator(o, client) for o in self._operators()))

    def _operators(self) -> list[str]:
        return sorted({f.operator for f in self.feeds})

    async def _operator(self, operator: str, client: PoliteClient) -> None:
        candidates: list[Candidate] = []
        for feed in (f for f in self.feeds if f.operator == operator):
            candidates += await self._list(feed, client)
        folder = self.run_.temporary / "downloads"
        async with aclosing(fetch_all(candidates, client, folder)) as files:
            async for item in files:
                if not await asyncio.to_thread(self._put, item):
                    return

    async def _list(self, feed: Feed, client: PoliteClient) -> list[Candidate]:
        started = time.perf_counter()
        known = self.run_.known[feed.operator].keys.__contains__
        problem = None
        try:
            found = await list_feed(feed, self.window, client, self.settings, known)
        except ListingError as error:
            problem, found = error, error.candidates
        found = found[: self.max_new]
        seconds = time.perf_counter() - started
        await asyncio.to_thread(self._put, _Listed(feed, len(found), seconds, problem))
        return ercot_bulk.grouped(feed, found)


def _next(results: queue.Queue, worker: threading.Thread) -> object:
    while True:
        try:
            return results.get(timeout=1.0)
        except queue.Empty:
            if not worker.is_alive() and results.empty():
                return _END


def _note_listing(run: Run, item: _Listed) -> None:
    run.report.of(item.feed.id).listed += item.new
    served = item.problem is None or isinstance(item.problem, OtherDoor | NotAsked)
    run.note(
        OutcomeRow(
            attempted_at=datetime.now(UTC),
            operator=item.feed.operator,
            feed=item.feed.id,
            kind="list",
            outcome=("ok" if item.new else "empty") if served else item.problem.outcome,
            url_or_path=item.problem.url if item.problem else item.feed.id,
            message=str(item.problem) if item.problem else f"{item.new} to download",
            seconds=item.seconds,
        )
    )
    if item.problem and served:
        run.report.warnings.append(str(item.problem))
    elif item.problem:
        run.report.of(item.feed.id).failed += 1
        run.report.problems.append(str(item.problem))


def _note_failure(run: Run, feed: Feed, item: FetchFailed) -> None:
    run.note(
        OutcomeRow(
            attempted_at=datetime.now(UTC),
            operator=feed.operator,
            feed=feed.id,
            kind="download",
            outcome=item.outcome,
            url_or_path=without_secrets(item.candidate.url),
            message=item.message,
            seconds=item.seconds,
        )
    )
    run.report.of(feed.id).failed += 1
    run.report.problems.append(f"{item.candidate.name}: {item.outcome}: {item.message}")


def _take(run: Run, feed: Feed, item: Fetched) -> None:
    if item.candidate.parts:
        _take_parts(run, feed, item)
        return
    # The first page last: its key in the ledger then says that the whole answer is there
    for page in item.pages:
        _take(run, feed, page)
    _note_download(run, feed, item)
    entry = _entry(feed, item.candidate, item)
    run.known[feed.operator].keys.add(asked_on(entry.url, item.fetched_at.astimezone(UTC).date()))
    if item.bytes <= PACK_BYTES:
        content = item.path.read_bytes()
        item.path.unlink()
        run.keep(feed, entry, content)
    else:
        run.keep(feed, entry, item.path, move=True)


def _keep(run: Run, feed: Feed, entry: Entry, content: bytes) -> None:
    """Small publications lie together in the archive, a large one is a file of its own."""
    if len(content) <= PACK_BYTES:
        run.keep(feed, entry, content)
    else:
        path = run.temporary / f"{entry.sha256}.part"
        path.write_bytes(content)
        run.keep(feed, entry, path, move=True)


def _take_parts(run: Run, feed: Feed, item: Fetched) -> None:
    """Land each document of a call as if it had come alone; say which ones did not come."""
    _note_download(run, feed, item)
    lacks = "the archive's answer lacks the document; it is asked for again at the next run"
    missing = {part.key: (part, lacks) for part in item.candidate.parts}
    try:
        for part, content, reason in ercot_bulk.documents(
            item.candidate, item.path, run.limits.unpacked_bytes
        ):
            if content is None:
                missing[part.key] = (part, reason)
                continue
            missing.pop(part.key, None)
            sha256 = hashlib.sha256(content).hexdigest()
            alone = replace(item, name=part.name, sha256=sha256, bytes=len(content))
            _keep(run, feed, _entry(feed, part, alone), content)
    except Quarantine as error:
        missing = {key: (part, str(error)) for key, (part, _) in missing.items()}
    item.path.unlink()
    for part, reason in missing.values():
        failed = FetchFailed(part, "wrong_bytes", f"{feed.id}: {reason}", 0.0, None)
        _note_failure(run, feed, failed)


def _note_download(run: Run, feed: Feed, item: Fetched) -> None:
    run.note(
        OutcomeRow(
            attempted_at=item.fetched_at,
            operator=feed.operator,
            feed=feed.id,
            kind="download",
            outcome="ok",
            url_or_path=without_secrets(item.candidate.url),
            bytes=item.bytes,
            seconds=item.seconds,
        )
    )


def _entry(feed: Feed, candidate: Candidate, item: Fetched) -> Entry:
    return Entry(
        feed=feed.id,
        key=candidate.key,
        name=item.name,
        sha256=item.sha256,
        bytes=item.bytes,
        url=without_secrets(candidate.url),
        published_at=candidate.published_at,
        fetched_at=item.fetched_at,
    )
