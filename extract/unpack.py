"""A downloaded file and what is inside: plain text, a zip, or a zip of zips."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from extract.inflate import Inflated
from extract.parse.sections import Quarantine, fault_of

MAX_MEMBERS = 20_000
# ERCOT's bundles put the number of a document before its name, and each exists as XML, too
_NUMBER = re.compile(r"^\d+\.(?=(?:cdr|ext|rpt)\.)")
_XML_TWIN = re.compile(r"_xml(?=\.zip$)", re.IGNORECASE)
WORKBOOK = re.compile(r"\.xls[xmb]?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds against zip bombs: bytes after unpacking, and their ratio to the bytes before."""

    unpacked_bytes: int = 16 * 1024**3
    ratio: int = 500


@dataclass(slots=True)
class File:
    """One published file: bytes on disk, or an inner zip of a container in memory."""

    name: str
    container: str | None
    sha256: str
    size: int
    source: Path | bytes
    problem: str | None = None  # why an inner zip could not be taken out of its container

    def open(self) -> IO[bytes]:
        return self.source.open("rb") if isinstance(self.source, Path) else io.BytesIO(self.source)

    @property
    def is_zip(self) -> bool:
        """Whether it holds members; a workbook is packed like a zip, and is none."""
        return not WORKBOOK.search(self.name) and self.head in (b"PK\x03\x04", b"PK\x05\x06")

    @property
    def head(self) -> bytes:
        if isinstance(self.source, bytes):
            return self.source[:4]
        with self.source.open("rb") as file:
            return file.read(4)


def files_in(name: str, source: Path | bytes, sha256: str, limits: Limits) -> Iterator[File]:
    """The published files in what was fetched: itself, or the inner zips of a zip of zips.

    ERCOT's documents are known by the name without their number, and of two twins only the CSV is
    given. An inner zip that is damaged comes with its `problem` instead of its bytes, and the
    others follow. Raises Quarantine for a zip that cannot be read or is not safe to read.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    outer = File(name, None, sha256, size, source)
    if not outer.is_zip or not _may_hold_zips(source):
        yield outer
        return
    with _zip(outer, limits) as archive:
        inner = [m for m in archive.infolist() if m.filename.lower().endswith(".zip")]
        if not inner:
            yield outer
            return
        others = [m.filename for m in archive.infolist() if m not in inner and not m.is_dir()]
        if others:
            raise Quarantine(
                f"{name}: holds zips and other files ({', '.join(others[:5])}); unpack it and land "
                "the parts"
            )
        names = {_published_name(m) for m in inner}
        for info in sorted(inner, key=lambda m: m.filename):
            inner_name = _published_name(info)
            if _XML_TWIN.search(inner_name) and _XML_TWIN.sub("_csv", inner_name) in names:
                continue
            try:
                data = archive.read(info)
            except Exception as error:
                problem = str(_broken(name, info, error))
                yield File(inner_name, name, sha256, info.file_size, b"", problem)
            else:
                yield File(inner_name, name, hashlib.sha256(data).hexdigest(), len(data), data)


def _published_name(info: zipfile.ZipInfo) -> str:
    return _NUMBER.sub("", PurePosixPath(info.filename).name)


def _may_hold_zips(source: Path | bytes) -> bool:
    """Spares small zips a second reading of their directory, which has member names in clear."""
    return not isinstance(source, bytes) or b".zip" in source or b".ZIP" in source


@contextmanager
def members(
    file: File,
    patterns: tuple[str, ...],
    limits: Limits,
    notes: list[str] | None = None,
    ignored: Callable[[str], bool] = lambda name: False,
) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """(name, stream) of the text members whose name matches one of `patterns`.

    A file that is no zip is its own member. Members that do not match are named in `notes`, unless
    they are `ignored`. Raises Quarantine for a broken or unsafe zip.
    """
    if not file.is_zip:
        with file.open() as stream:
            yield iter([(file.name, stream)])
        return
    wanted = [re.compile(p, re.IGNORECASE) for p in patterns]
    with _zip(file, limits) as archive:
        chosen = [
            m
            for m in archive.infolist()
            if any(p.search(m.filename.replace(" ", "_")) for p in wanted)
        ]
        if not chosen:
            raise Quarantine(
                f"{file.name}: no member matches {', '.join(patterns)}; it holds "
                f"{', '.join(m.filename for m in archive.infolist()[:10])}"
            )
        others = [
            m.filename
            for m in archive.infolist()
            if m not in chosen and not m.is_dir() and not ignored(m.filename)
        ]
        if others and notes is not None:
            notes.append(f"member(s) not read: {', '.join(others[:10])}")
        yield _open_each(archive, chosen, file.name)


def member_names(file: File, limits: Limits) -> list[str]:
    """Base names of a zip's members; none for a file that is no zip."""
    if not file.is_zip:
        return []
    with _zip(file, limits) as archive:
        return [PurePosixPath(m.filename).name for m in archive.infolist()]


def _open_each(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], name: str
) -> Iterator[tuple[str, IO[bytes]]]:
    for info in infos:
        try:
            deflated = info.compress_type == zipfile.ZIP_DEFLATED
            stream = Inflated(archive, info) if deflated else archive.open(info)
        except Exception as error:
            raise _broken(name, info, error) from error
        with stream:
            yield PurePosixPath(info.filename).name, stream


@contextmanager
def _zip(file: File, limits: Limits) -> Iterator[zipfile.ZipFile]:
    with file.open() as raw:
        try:
            archive = zipfile.ZipFile(raw)
        except Exception as error:
            raise Quarantine(f"{file.name}: not a whole zip: {fault_of(error)}") from error
        with archive:
            _check(file, archive, limits)
            yield archive


def _check(file: File, archive: zipfile.ZipFile, limits: Limits) -> None:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Quarantine(f"{file.name}: {len(infos)} members, more than {MAX_MEMBERS}")
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", info.filename):
            raise Quarantine(f"{file.name}: member {info.filename!r} points outside the zip")
        if info.flag_bits & 1:
            raise Quarantine(f"{file.name}: member {info.filename} is encrypted")
    unpacked = sum(i.file_size for i in infos)
    if unpacked > limits.unpacked_bytes:
        raise Quarantine(
            f"{file.name}: unpacks to {unpacked:,} bytes, more than the limit of "
            f"{limits.unpacked_bytes:,} (GRIDHOUSE_MAX_UNPACKED_BYTES)"
        )
    if unpacked > limits.ratio * max(file.size, 1024):
        raise Quarantine(
            f"{file.name}: unpacks to {unpacked:,} bytes from {file.size:,}: more than "
            f"{limits.ratio} times, as zip bombs do (GRIDHOUSE_MAX_UNPACK_RATIO)"
        )


def _broken(name: str, info: zipfile.ZipInfo, error: Exception) -> Quarantine:
    return Quarantine(f"{name}: member {info.filename}: {fault_of(error)}")
