"""Which feed a file on disk belongs to: by its name, else by its folder, else by its header."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from extract.catalogue import Catalogue, Feed, normalize_header
from extract.parse.aemo_csv import record_of
from extract.parse.sections import Quarantine, fault_of
from extract.unpack import File, Limits, member_names, members

SUFFIXES = (".csv", ".zip", ".xml", ".xlsx", ".xls", ".json")
_HEAD = 64 * 1024


def recognise(path: Path, root: Path, catalogue: Catalogue, limits: Limits) -> Feed | None:
    """The feed of `path` (somewhere under `root`), None if nothing fits."""
    if path.suffix.lower() not in SUFFIXES:  # notices end in their number
        return by_name(path.name, [f for f in catalogue if f.parse == "notice"])
    file = File(path.name, None, "", path.stat().st_size, path)
    folders = path.relative_to(root.parent).parts[:-1]
    feed = by_name(path.name, may_hold([*folders, path.name], catalogue))
    if feed:
        return feed
    inside = list(_inside(file, limits))
    feeds = may_hold([*folders, path.name, *inside], catalogue)
    for name in inside:
        feed = by_name(name, feeds)
        if feed:
            return feed
    lower = {p.lower() for p in folders}
    for feed in feeds:
        if lower.intersection(f.lower() for f in feed.folders) and _may_be(feed, file, limits):
            return feed
    return _by_header(file, feeds, limits)


def may_hold(parts: Iterable[str], catalogue: Catalogue) -> list[Feed]:
    """The feeds that a path may belong to: those whose mark it has, without any the unmarked."""
    path = "/".join(parts)
    marked = [f for f in catalogue if f.mark and f.mark.search(path)]
    return marked or [f for f in catalogue if not f.mark]


def by_name(name: str, feeds: Iterable[Feed]) -> Feed | None:
    """The feed whose name pattern fits; the longest match wins where several do."""
    hits = [
        (len(found.group()), feed)
        for feed in feeds
        for pattern in feed.name_patterns
        if (found := pattern.search(name))
    ]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None


def _inside(file: File, limits: Limits) -> Iterator[str]:
    with suppress(Quarantine):  # a broken zip may still be known by its own name or folder
        yield from member_names(file, limits)[:50]


def _may_be(feed: Feed, file: File, limits: Limits) -> bool:
    """A product's folder also holds neighbours, which name or header tell from its files."""
    if len(feed.tables) == 1 and feed.parse != "aemo_csv":
        return True
    head = _head(file, limits)
    if feed.parse != "aemo_csv":
        return feed.table_of(file.name, _header(head)) is not None
    return not head.startswith("C,") or any(feed.tables_for_record(r) for r in _records(head))


def _head(file: File, limits: Limits) -> str:
    try:
        with members(file, (r"\.(csv|xml)$",), limits) as streams:
            _, stream = next(streams)
            head = stream.read(_HEAD)
            return "" if b"\x00" in head else head.decode("utf-8", "replace")
    except Exception as error:  # what cannot be read is known by its name or folder, or not at all
        fault_of(error)
        return ""


def _by_header(file: File, feeds: list[Feed], limits: Limits) -> Feed | None:
    head = _head(file, limits)
    if head.startswith("C,"):
        records = _records(head)
        return next((f for f in feeds if any(f.tables_for_record(r) for r in records)), None)
    header = _header(head)
    # a header alone is thin evidence: nothing in it may be unknown, and one feed alone may have it
    hits = [
        feed
        for feed in feeds
        if feed.parse in ("csv", "oasis") and any(t.fits(header) for t in feed.tables)
    ]
    return hits[0] if len(hits) == 1 else None


def _header(head: str) -> set[str]:
    try:
        return {normalize_header(h) for h in next(csv.reader([head.split("\n", 1)[0]]), [])}
    except csv.Error:
        return set()


def _records(head: str) -> list[str]:
    """Report type and sub type of the `I` lines in the first part of an AEMO report."""
    fields = [line.split(",", 3) for line in head.split("\n") if line.startswith("I,")]
    return [record_of(f[1], f[2]) for f in fields if len(f) > 3]
