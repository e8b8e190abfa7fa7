"""From landed rows back to the lines of the published files, out of the archive."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import duckdb

from extract.archive import Archive, Entry
from extract.catalogue import Catalogue, Feed
from extract.locks import opened
from extract.parse import read_member
from extract.parse.sections import Content, Section
from extract.unpack import Limits, files_in, members
from gridhouse.settings import Settings


class NothingToTrace(Exception):
    """There is no such table or row; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Line:
    """A landed row in its file. `line` counts from 1, and is None where a file has no lines."""

    file_id: str
    file: str
    container: str | None
    member: str
    line: int | None
    row_number: int
    text: str
    url: str
    published_at: datetime | None


def lines(
    settings: Settings, catalogue: Catalogue, table: str, where: str, limit: int
) -> tuple[list[Line], int]:
    """Lines of the landed rows of `table` (such as `nem.dispatch_unit_scada`) that meet `where`,
    SQL over its columns; of at most `limit` rows, and how many there are.

    Raises NothingToTrace; ArchiveError where the archive lacks or altered a file.
    """
    schema, _, name = table.partition(".")
    tables = sorted(f"{feed.operator}.{t.name}" for feed in catalogue for t in feed.tables)
    if table not in tables:
        near = ", ".join(difflib.get_close_matches(table, tables, 5)) or ", ".join(tables[:5])
        raise NothingToTrace(f"no table {table!r} is landed; there are: {near}, ...")
    path = settings.data / "raw.duckdb"
    if not path.exists():
        raise NothingToTrace(f"{path} does not exist: nothing has landed yet")
    with opened(path, settings.lock_wait_s, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        try:
            found = connection.sql(f"from {schema}.{name} where ({where})")
            count = found.aggregate("count(*)").fetchone()[0]
            rows = found.order("_published_at, _file_id, _row_number").limit(limit)
            places = rows.project("_file_id, _row_number").fetchall()
        except (duckdb.ProgrammingError, duckdb.DataError) as error:
            raise NothingToTrace(f"{table} where {where}: {error}") from None
        files = connection.execute(
            f"select * from {schema}._files where list_contains(?, file_id) and rows_landed > 0",
            [[file_id for file_id, _ in places]],
        ).to_arrow_table()
    wanted: dict[str, set[int]] = defaultdict(set)
    for file_id, row in places:
        wanted[file_id].add(row)
    archive = Archive(settings.archive_dir)
    entries = {(e.feed, e.key, e.sha256): e for e in archive.entries()}
    limits = Limits(settings.max_unpacked_bytes, settings.max_unpack_ratio)
    by_row = {
        (line.file_id, line.row_number): line
        for file in files.to_pylist()
        for line in _lines_of(
            archive,
            entries.get((file["feed"], file["source_key"], file["archive_sha256"])),
            catalogue[file["feed"]],
            name,
            file,
            wanted[file["file_id"]],
            limits,
        )
    }
    lost = [place for place in places if place not in by_row]
    if lost:
        raise NothingToTrace(
            f"row {lost[0][1]} of {table} is not in file {lost[0][0]} as it is read now: the YAML "
            "of its feed has changed since it landed"
        )
    return [by_row[place] for place in places], count


def _lines_of(
    archive: Archive,
    entry: Entry | None,
    feed: Feed,
    table: str,
    row: dict,
    wanted: set[int],
    limits: Limits,
) -> Iterator[Line]:
    """Lines of the rows `wanted` of `table` in one file, a row of `_files`."""
    if entry is None:
        raise NothingToTrace(f"the archive has no {row['name']} ({row['archive_sha256']})")
    content = Content(is_excerpt=True)  # it landed: what it lacks was told then
    seen: Counter[str] = Counter()
    for file in files_in(entry.name, archive.read(entry), entry.sha256, limits):
        if file.sha256 != row["sha256"] or file.name != row["name"]:
            continue
        content.whole = file.is_zip
        with members(file, feed.members, limits, ignored=feed.ignores) as streams:
            for member, stream in streams:
                for section in read_member(feed, member, stream, content):
                    first = seen[section.table.name]
                    seen[section.table.name] += section.rows
                    here = range(first + 1, first + section.rows + 1)
                    hits = sorted(n for n in wanted if section.table.name == table and n in here)
                    if hits:
                        has_lines = content.has_lines and not content.quoted_lines
                        yield from _found(section, row, first, hits, has_lines)
                    if seen[table] >= max(wanted):
                        return


def _found(
    section: Section, row: dict, first: int, hits: list[int], has_lines: bool
) -> Iterator[Line]:
    texts = section.body.split(b"\n")
    for number in hits:
        place = number - first - 1
        yield Line(
            file_id=row["file_id"],
            file=row["name"],
            container=row["container"],
            member=section.member,
            line=section.line_of(place + 1) if has_lines else None,
            row_number=number,
            text=texts[place].decode("utf-8", "replace"),
            url=row["url"],
            published_at=row["published_at"],
        )
