"""Original bytes, kept for good: `archive/objects/ab/<sha256>` and `archive/manifest.jsonl`.

Every mart can be rebuilt from these two, offline (`gridhouse replay`). An object is complete before
its manifest line is written, so a killed run leaves at most an object that nobody names yet.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path


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


class Archive:
    def __init__(self, folder: Path):
        self.folder = folder
        self.objects = folder / "objects"
        self.manifest = folder / "manifest.jsonl"
        self.objects.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        return self.objects / sha256[:2] / sha256

    def put(
        self, source: Path, sha256: str, *, content: bytes | None = None, move: bool = False
    ) -> Path:
        """Keep `source` under its hash; `move` takes the file away from where it lies.

        `content` are its bytes, if they are at hand.
        """
        target = self.path(sha256)
        if target.exists():
            if move:
                source.unlink()
            return target
        target.parent.mkdir(exist_ok=True)
        if not move:  # copied beside its place first, so that an object is whole or absent
            part = target.with_suffix(".part")
            if content is None:
                shutil.copyfile(source, part)
            else:
                part.write_bytes(content)
            source = part
        source.replace(target)
        return target

    def record(self, entries: list[Entry]) -> None:
        """Append `entries` to the manifest, after cutting a line that a killed run left open."""
        if not entries:
            return
        names = [f.name for f in fields(Entry)]
        rows = ({name: getattr(entry, name) for name in names} for entry in entries)
        text = "".join(json.dumps(row, default=_iso) + "\n" for row in rows)
        with self.manifest.open("ab+") as file:
            _cut_open_line(file)
            file.write(text.encode())

    def entries(self) -> Iterator[Entry]:
        """Manifest entries, oldest first, each publication once."""
        if not self.manifest.exists():
            return
        seen: set[tuple[str, str, str]] = set()
        for number, line in enumerate(self.manifest.read_bytes().split(b"\n"), start=1):
            if not line:
                continue
            try:
                data = json.loads(line)
            except ValueError as error:
                if number == self.manifest.read_bytes().count(b"\n") + 1:
                    return  # a killed run left the last line open; its file is fetched again
                raise ArchiveError(f"{self.manifest}: line {number}: {error}") from error
            for name in ("published_at", "fetched_at"):
                data[name] = data[name] and datetime.fromisoformat(data[name])
            entry = Entry(**data)
            if (entry.feed, entry.key, entry.sha256) not in seen:
                seen.add((entry.feed, entry.key, entry.sha256))
                yield entry

    def verified(self, entry: Entry) -> Path:
        """Path of the entry's object; raises ArchiveError if it is missing or altered."""
        path = self.path(entry.sha256)
        if not path.exists():
            raise ArchiveError(f"{entry.name}: object {path} is missing; fetch the file again")
        if sha256_of(path) != entry.sha256:
            raise ArchiveError(f"{entry.name}: object {path} was altered since it was fetched")
        return path


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
