"""Which feed a file on disk belongs to: by its name, else by its folder, else by its header."""

from __future__ import annotations

import csv
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from extract.catalogue import Catalogue, Feed, normalize_header
from extract.parse.sections import Quarantine
from extract.unpack import File, Limits, member_names, members

SUFFIXES = (".csv", ".zip", ".xml")
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Match:
    feed: Feed
    how: str  # name | folder | header


def recognise(path: Path, root: Path, catalogue: Catalogue, limits: Limits) -> Match | None:
    """The feed of `path` (somewhere under `root`), None if nothing fits."""
    if path.suffix.lower() not in SUFFIXES:
        return None
    file = File(path.name, None, "", path.stat().st_size, path)
    names = [path.name, *_inside(file, limits)]
    for name in names:
        feed = by_name(name, catalogue)
        if feed:
            return Match(feed, "name")
    folders = {p.lower() for p in path.relative_to(root.parent).parts[:-1]}
    for feed in catalogue:
        if folders.intersection(f.lower() for f in feed.folders):
            return Match(feed, "folder")
    feed = _by_header(file, catalogue, limits)
    return Match(feed, "header") if feed else None


def by_name(name: str, catalogue: Catalogue) -> Feed | None:
    """The feed whose name pattern fits; the longest match wins where several do."""
    hits = [
        (len(found.group()), feed)
        for feed in catalogue
        for pattern in feed.name_patterns
        if (found := pattern.search(name))
    ]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None


def _inside(file: File, limits: Limits) -> list[str]:
    try:
        return [PurePosixPath(n).name for n in member_names(file, limits)][:50]
    except Quarantine:
        return []  # a broken zip may still be known by its own name or folder


def _by_header(file: File, catalogue: Catalogue, limits: Limits) -> Feed | None:
    try:
        with members(file, (r"\.(csv|xml)$",), limits) as streams:
            _, stream = next(streams)
            head = stream.read(_HEAD).decode("utf-8", "replace")
    except (Quarantine, StopIteration, zipfile.BadZipFile, zlib.error, EOFError):
        return None
    if head.startswith("C,"):
        return _by_records(head, catalogue)
    header = {normalize_header(h) for h in next(csv.reader([head.split("\n", 1)[0]]), [])}
    hits = [
        feed
        for feed in catalogue
        if feed.parse != "aemo_csv" and _fits(feed, header)
    ]
    return hits[0] if len(hits) == 1 else None


def _fits(feed: Feed, header: set[str]) -> bool:
    required = [c for c in feed.tables[0].columns if not c.optional]
    return bool(required) and all(header.intersection(c.source_names) for c in required)


def _by_records(head: str, catalogue: Catalogue) -> Feed | None:
    for line in head.split("\n"):
        fields = line.split(",", 3)
        if fields[0] == "I" and len(fields) > 3:
            record = f"{fields[1]}.{fields[2]}".upper()
            for feed in catalogue:
                if feed.table_for_record(record):
                    return feed
    return None
