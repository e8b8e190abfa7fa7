"""Original bytes, kept for good, and `archive/manifest.jsonl`, which says what and where they are.

Large publications are objects of their own (`objects/ab/<sha256>`); small ones, of which a market
publishes hundreds of thousands a year, are appended to packs (`packs/<run>.pack`) and found by
offset and length. Every mart can be rebuilt from this, offline (`gridhouse replay`). Bytes are
complete before their manifest line is written, so a killed run leaves at most bytes without a name.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

PACK_BYTES = 256 * 1024  # larger publications are objects of their own


class ArchiveError(Exception):
    """The archive does not hold what its manifest says; the message names the object."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One publication as it was fetched."""

    feed: str
    key: str
    name: str
    sha256: str
    bytes: int
    url: str
    published_at: datetime | None
    fetched_at: datetime
    pack: str | None = None  # name of the pack that holds the bytes, from `offset` on
    offset: int = 0


class Archive:
    """Use `close` (or a run's end) to finish the pack that is being written."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.objects, self.packs = folder / "objects", folder / "packs"
        self.manifest = folder / "manifest.jsonl"
        self.objects.mkdir(parents=True, exist_ok=True)
        self.packs.mkdir(exist_ok=True)
        self.pack: IO[bytes] | None = None

    def path(self, sha256: str) -> Path:
        return self.objects / sha256[:2] / sha256

    def put(
        self,
        source: Path,
        sha256: str,
        *,
        move: bool = False,
        hashed: os.stat_result | None = None,
    ) -> Path:
        """Keep a large file under its hash; `move` takes it away from where it lies.

        `hashed` is what the file was before it was hashed: raises ArchiveError if it is not so any
        more after it was copied, since it is still being written then.
        """
        target = self.path(sha256)
        if target.exists():
            if move:
                source.unlink()
            return target
        target.parent.mkdir(exist_ok=True)
        if not move:  # copied beside its place first, so that an object is whole or absent
            part = target.with_suffix(".part")
            shutil.copyfile(source, part)
            if hashed and _state(source.stat()) != _state(hashed):
                part.unlink()
                raise ArchiveError(
                    f"{source.name}: was written to while it was read; the next run takes it"
                )
            source = part
        source.replace(target)
        return target

    def append(self, content: bytes) -> tuple[str, int]:
        """Keep a small publication; returns the name of its pack and its offset there."""
        if self.pack is None:
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}.pack"
            self.pack = (self.packs / name).open("xb")
        offset = self.pack.tell()
        self.pack.write(content)
        return Path(self.pack.name).name, offset

    def close(self) -> None:
        if self.pack:
            self.pack.close()
            self.pack = None

    def record(self, entries: list[Entry]) -> None:
        """Append `entries` to the manifest, after cutting a line that a killed run left open."""
        if not entries:
            return
        if self.pack:
            self.pack.flush()
        names = [f.name for f in fields(Entry)]
        rows = ({name: getattr(entry, name) for name in names} for entry in entries)
        text = "".join(json.dumps(row, default=_iso) + "\n" for row in rows)
        with self.manifest.open("ab+") as file:
            _cut_open_line(file)
            file.write(text.encode())

    def entries(self) -> Iterator[Entry]:
        """Manifest entries, oldest first, each publication once: as it was recorded last.

        A run that is killed after it recorded an entry fetches the publication again; that later
        entry is the one that landed.
        """
        if not self.manifest.exists():
            return
        lines = self.manifest.read_bytes().split(b"\n")
        newest: dict[tuple[str, str, str], Entry] = {}
        for number, line in enumerate(lines, start=1):
            if not line:
                continue
            try:
                data = json.loads(line)
            except ValueError as error:
                if number == len(lines):
                    break  # a killed run left the last line open; its file is fetched again
                raise ArchiveError(f"{self.manifest}: line {number}: {error}") from error
            for name in ("published_at", "fetched_at"):
                data[name] = data[name] and datetime.fromisoformat(data[name])
            entry = Entry(**data)
            publication = (entry.feed, entry.key, entry.sha256)
            newest.pop(publication, None)
            newest[publication] = entry
        yield from newest.values()

    def read(self, entry: Entry) -> Path | bytes:
        """The entry's object, or its bytes; raises ArchiveError if they are missing or altered."""
        if entry.pack is None:
            path = self.path(entry.sha256)
            if not path.exists():
                raise ArchiveError(f"{entry.name}: {path} is missing; fetch the file again")
            if sha256_of(path) != entry.sha256:
                raise ArchiveError(f"{entry.name}: {path} was altered since it was fetched")
            return path
        path = self.packs / entry.pack
        try:
            with path.open("rb") as file:
                file.seek(entry.offset)
                content = file.read(entry.bytes)
        except FileNotFoundError:
            raise ArchiveError(f"{entry.name}: {path} is missing; fetch the file again") from None
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise ArchiveError(
                f"{entry.name}: {path} was altered at byte {entry.offset} since it was fetched"
            )
        return content


def _state(of: os.stat_result) -> tuple[int, int, int]:
    return of.st_size, of.st_mtime_ns, of.st_ctime_ns


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value))


def _cut_open_line(file) -> None:
    size = file.seek(0, os.SEEK_END)
    if not size:
        return
    file.seek(size - 1)
    if file.read(1) == b"\n":
        return
    file.seek(max(0, size - 65536))
    tail = file.read()
    file.truncate(size - len(tail) + tail.rfind(b"\n") + 1)
