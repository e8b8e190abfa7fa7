"""Download candidates: streamed to disk while hashed, checked, resumed, one failure at a time.

A file that cannot be had becomes a `FetchFailed` and never stops the others. What stops the run is
this machine's own trouble (a full disk): that is raised as OSError.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
import zipfile
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path, PurePosixPath

import httpx

from extract.index import Candidate, safe_name
from extract.parse.sections import fault_of
from extract.polite import Lane, PoliteClient, Trouble, body_length

FRESH = timedelta(hours=1)  # NEMWEB lists a file some minutes before it can be read
WRONG_BYTES_TRIES = 3
_SMALL = 256 * 1024  # bytes of a zip that is checked without a thread
_MOST_CHECKED = 256 * 1024**2  # unpacked bytes
_WAITING = 32  # finished files that may wait for the consumer


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on this disk. `path` belongs to the receiver, who moves or deletes it.

    `pages` are the pages after it, of an answer that came in several.
    """

    candidate: Candidate
    path: Path
    sha256: str
    bytes: int
    fetched_at: datetime
    name: str
    seconds: float
    pages: tuple[Fetched, ...] = ()

    def discard(self) -> None:
        for file in (self, *self.pages):
            file.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """A file that could not be had; `outcome` is a word of the outcomes table."""

    candidate: Candidate
    outcome: str  # http_error | throttled | expired | too_large | cut_off | wrong_bytes
    message: str
    seconds: float
    status: int | None


async def fetch_all(
    candidates: Iterable[Candidate], client: PoliteClient, folder: Path
) -> AsyncIterator[Fetched | FetchFailed]:
    """Download all candidates, each operator at its own pace; results in order of completion.

    Close the iterator to stop: what is under way is cancelled, and no file is left behind but
    those already handed out. Raises OSError when `folder` cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    work: dict[Lane, deque[Candidate]] = {}
    for candidate in candidates:
        work.setdefault(client.lane(candidate.url), deque()).append(candidate)
    left = sum(map(len, work.values()))
    done: asyncio.Queue[Fetched | FetchFailed | Exception] = asyncio.Queue(_WAITING)
    workers = [
        asyncio.create_task(_work(todo, client, folder, done))
        for lane, todo in work.items()
        for _ in range(min(lane.rate.concurrency, len(todo)))
    ]
    try:
        while left:
            item = await done.get()
            if isinstance(item, Exception):
                raise item
            left -= 1
            yield item
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        while not done.empty():
            item = done.get_nowait()
            if isinstance(item, Fetched):
                item.discard()


async def _work(
    todo: deque[Candidate],
    client: PoliteClient,
    folder: Path,
    done: asyncio.Queue[Fetched | FetchFailed | Exception],
) -> None:
    from extract.paged import fetch_pages  # here, as it builds on this module

    while todo:
        candidate = todo.popleft()
        fetch = fetch_pages if candidate.paged else fetch_one
        try:
            item = await fetch(candidate, client, folder)
        except Exception as error:  # handed to the consumer, who raises it
            await done.put(error)
            return
        try:
            await done.put(item)
        except asyncio.CancelledError:
            if isinstance(item, Fetched):
                item.discard()
            raise


async def fetch_one(
    candidate: Candidate, client: PoliteClient, folder: Path
) -> Fetched | FetchFailed:
    """Download one candidate, with retries and resumption."""
    started = client.clock()
    download = _Download(candidate, client, folder)
    try:
        await client.retrying(candidate.url, download.once)
        path = download.keep()
    except Trouble as trouble:
        return FetchFailed(
            candidate,
            trouble.outcome,
            f"{candidate.feed}: {candidate.name}: {trouble}",
            client.clock() - started,
            trouble.status,
        )
    finally:
        download.close()
    return Fetched(
        candidate,
        path,
        download.sha256.hexdigest(),
        download.size,
        client.now(),
        download.name,
        client.clock() - started,
    )


class _Download:
    """One file between its tries: the bytes so far, their hash, what the server said of them."""

    def __init__(self, candidate: Candidate, client: PoliteClient, folder: Path):
        self.candidate = candidate
        self.client = client
        self.name = candidate.name
        self.path = folder / f".{uuid.uuid4().hex}.part"
        self.file = self.path.open("wb")
        self.damaged: list[str] = []  # SHA-256 of tries that gave a zip with wrong checksums
        self._restart()

    def _restart(self) -> None:
        self.file.seek(0)
        self.file.truncate()
        self.size = 0
        self.sha256 = hashlib.sha256()
        self.validator: str | None = None  # set while a rest may be asked for
        self.total: int | None = None  # bytes of the whole body, when stated

    async def once(self) -> None:
        """One try. Raises Trouble; what arrived before it is kept for the next try."""
        headers = dict(self.candidate.headers)
        if self.size and self.validator:
            headers |= {"Range": f"bytes={self.size}-", "If-Range": self.validator}
        else:
            self._restart()
        try:
            async with self.client.attempt(
                self.candidate.url,
                method=self.candidate.method,
                body=self.candidate.body,
                headers=headers,
            ) as response:
                self._begin(response)
                await self._stream(response)
        except Trouble as trouble:
            self._judge(trouble)
            raise
        self.file.flush()
        reason = wrong_bytes(self.path, self.name) or await self._damage()
        if reason:
            self._restart()
            raise Trouble(
                "wrong_bytes",
                f"{self.candidate.url}: not what its name says: {reason}",
                status=200,
                retry=True,
                tries=WRONG_BYTES_TRIES,
            )

    async def _damage(self) -> str | None:
        """Why the zip's contents are not whole, or None when the parser may judge them.

        Bytes damaged on the way differ from try to try. The same bytes in every try are what the
        operator publishes (a wrong checksum beside a good member has occurred).
        """
        if _suffix(self.name) != ".zip":
            return None
        if self.size > _SMALL:
            reason = await asyncio.to_thread(damaged_member, self.path)
        else:
            reason = damaged_member(self.path)
        if reason is None:
            return None
        self.damaged.append(self.sha256.hexdigest())
        same_every_time = len(self.damaged) >= WRONG_BYTES_TRIES and len(set(self.damaged)) == 1
        return None if same_every_time else reason

    def _begin(self, response: httpx.Response) -> None:
        if response.status_code == 206 and not self._continues(response):
            self._restart()
            raise Trouble(
                "cut_off",
                f"{self.candidate.url}: answered with another range than asked for",
                status=206,
                retry=True,
            )
        if response.status_code != 206:
            self._restart()
            self.total = body_length(response)
            resumable = (
                self.candidate.method == "GET"
                and self.total is not None
                and response.headers.get("accept-ranges", "").lower() == "bytes"
            )
            self.validator = _validator(response) if resumable else None
            if self.candidate.name_is_guess:
                self.name = offered_name(response) or self.candidate.name
        limit = self.client.settings.max_file_bytes
        if self.total is not None and self.total > limit:
            raise self._too_large(f"{self.total} bytes", limit)

    def _continues(self, response: httpx.Response) -> bool:
        match = re.fullmatch(
            r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", "").strip()
        )
        return (
            match is not None
            and self.size > 0
            and int(match.group(1)) == self.size
            and (self.total is None or match.group(2) in ("*", str(self.total)))
        )

    async def _stream(self, response: httpx.Response) -> None:
        limits, started = self.client.settings, self.client.clock()
        async for chunk in response.aiter_bytes():
            self.file.write(chunk)
            self.sha256.update(chunk)
            self.size += len(chunk)
            if self.size > limits.max_file_bytes:
                raise self._too_large(f"more than {limits.max_file_bytes} bytes", None)
            if self.client.clock() - started > limits.download_timeout_s:
                raise Trouble(
                    "cut_off",
                    f"{self.candidate.url}: too slow, stopped after {self.size} bytes in "
                    f"{limits.download_timeout_s:.0f} s",
                    retry=True,
                )
        if self.total is not None and self.size != self.total:
            raise Trouble(
                "cut_off",
                f"{self.candidate.url}: cut off after {self.size} of {self.total} bytes",
                retry=True,
            )

    def _too_large(self, what: str, limit: int | None) -> Trouble:
        self._restart()
        return Trouble(
            "too_large",
            f"{self.candidate.url}: {what}"
            + (f", the limit is {limit}" if limit is not None else "")
            + "; raise GRIDHOUSE_MAX_FILE_BYTES if this is right",
            status=200,
        )

    def _judge(self, trouble: Trouble) -> None:
        """What a trouble means once the listing's own stamp and the bytes so far are known."""
        listed = self.candidate.listed_at
        if trouble.status == 404 and listed and abs(self.client.now() - listed) < FRESH:
            trouble.retry = True
        if trouble.status == 416:  # the file changed: the rest that was asked for does not exist
            self._restart()
            trouble.retry = True
        if trouble.outcome == "http_error" and trouble.status is None and self.size:
            trouble.outcome = "cut_off"

    def keep(self) -> Path:
        """Give the finished file its final name, at once and whole. Returns the path."""
        self.file.close()
        final = self.path.with_name(
            f"{self.path.name.strip('.').removesuffix('.part')}{_suffix(self.name)}"
        )
        self.path.replace(final)
        return final

    def close(self) -> None:
        try:
            self.file.close()
        finally:  # closing writes what is buffered, and that fails on a full disk
            self.path.unlink(missing_ok=True)


def _validator(response: httpx.Response) -> str | None:
    """What proves that a file is still the same: a strong ETag, else its modification time."""
    etag = response.headers.get("etag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return response.headers.get("last-modified")


def offered_name(response: httpx.Response) -> str | None:
    """The file name of a Content-Disposition header, made safe; None when there is none."""
    header = response.headers.get("content-disposition")
    if not header:
        return None
    message = Message()
    message["content-disposition"] = header
    name = safe_name(message.get_filename() or "", "")
    # ERCOT's archive puts the document id in front of the name under which MIS lists the file
    return re.sub(r"^\d+\.(?=(cdr|ext|rpt)\.)", "", name) or None


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""


def wrong_bytes(path: Path, name: str) -> str | None:
    """Why the bytes in `path` are not what `name` says, or None when they may be."""
    with path.open("rb") as file:
        start = file.read(1024)
    if not start:
        return "the body is empty"
    what, suffix = _looks_like(start), _suffix(name)
    wrong = {
        ".zip": what != "a zip",
        ".csv": what != "other bytes",
        ".html": False,
        ".htm": False,
    }.get(suffix, what == "an HTML page")
    if wrong:
        return f"{what} (it begins {start[:60]!r})"
    if suffix == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                archive.infolist()
        except Exception as error:
            return f"a zip whose directory {fault_of(error)}, so probably cut off"
    return None


def damaged_member(path: Path) -> str | None:
    """The first member of a zip that its checksum proves damaged, or None.

    Zips that unpack to more than `_MOST_CHECKED` bytes are left to the parser.
    """
    with zipfile.ZipFile(path) as archive:
        if sum(info.file_size for info in archive.infolist()) > _MOST_CHECKED:
            return None
        try:
            bad = archive.testzip()
        except (NotImplementedError, RuntimeError):  # a method unknown here, or encrypted
            return None
        except Exception as error:
            return f"a zip with a damaged member ({fault_of(error)})"
    return f"a zip with a damaged member ({bad})" if bad else None


def _looks_like(start: bytes) -> str:
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "a zip"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"<"):
        return "an HTML page" if b"<html" in text or b"<!doctype html" in text else "XML"
    if text.startswith((b"{", b"[")):
        return "JSON"
    return "other bytes"
