"""Bytes to sections: what each kind of file looks like."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import chain
from typing import IO

from extract.catalogue import Feed
from extract.parse import aemo_csv, json_rows, notice, oasis, plain_csv, sections, workbook
from extract.parse.sections import BLOCK_BYTES, Content, Section, blocks, whole


def _csv(feed: Feed, member: str, blocks: Iterator[bytes], content: Content) -> Iterator[Section]:
    """CSV, or the page of a data endpoint that stands for one."""
    first = next(blocks, b"")
    if first.lstrip().startswith(b"{"):
        content.has_lines = False
        page = whole(chain([first], blocks), member, sections.MOST_JSON)
        yield from json_rows.read_page(feed, member, page, content)
    else:
        yield from plain_csv.read(feed, member, chain([first], blocks), content)


def _aemo(feed: Feed, member: str, stream: IO[bytes], content: Content) -> Iterator[Section]:
    """An AEMO report; where a feed's tables may come in several versions it is read twice."""
    if any(t.in_versions for t in feed.tables):
        content.versions = aemo_csv.versions_to_take(feed, blocks(stream, member, Content()))
        stream.seek(0)
    parts = blocks(stream, member, content)
    content.quoted_lines = any(t.quoted_lines for t in feed.tables)
    if content.quoted_lines:
        parts = aemo_csv.join_quoted_lines(parts)
    yield from aemo_csv.read(feed, member, parts, content)


TEXT_READERS = {"csv": _csv, "oasis": oasis.read}
WHOLE_READERS = {"workbook": workbook.read, "json": json_rows.read, "notice": notice.read}


def read_member(feed: Feed, member: str, stream: IO[bytes], content: Content) -> Iterator[Section]:
    """Sections of one member of a file, in file order; `content` is filled on the way.

    Raises Quarantine.
    """
    content.has_lines = True
    if feed.parse in WHOLE_READERS:
        most = sections.MOST_JSON if feed.parse == "json" else sections.MOST_WHOLE
        data = whole(iter(partial(stream.read, BLOCK_BYTES), b""), member, most)
        if feed.parse == "workbook" and not workbook.is_workbook(data):  # a sheet saved as CSV
            yield from _csv(feed, member, blocks(BytesIO(data), member, content), content)
        else:
            content.has_lines = False
            yield from WHOLE_READERS[feed.parse](feed, member, data, content)
    elif feed.parse == "aemo_csv":
        yield from _aemo(feed, member, stream, content)
    else:
        yield from TEXT_READERS[feed.parse](feed, member, blocks(stream, member, content), content)
