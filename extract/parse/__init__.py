"""Bytes to sections: what each kind of file looks like."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import chain
from typing import IO

from extract.catalogue import Feed
from extract.parse import aemo_csv, json_rows, oasis, plain_csv, workbook
from extract.parse.sections import BLOCK_BYTES, Content, Section, blocks, whole


def _csv(feed: Feed, member: str, blocks: Iterator[bytes], content: Content) -> Iterator[Section]:
    """CSV, or the page of a data endpoint that stands for one."""
    first = next(blocks, b"")
    if first.lstrip().startswith(b"{"):
        yield from json_rows.read_page(feed, member, whole(chain([first], blocks), member), content)
    else:
        yield from plain_csv.read(feed, member, chain([first], blocks), content)


TEXT_READERS = {"csv": _csv, "aemo_csv": aemo_csv.read, "oasis": oasis.read}
WHOLE_READERS = {"workbook": workbook.read, "json": json_rows.read}


def read_member(feed: Feed, member: str, stream: IO[bytes], content: Content) -> Iterator[Section]:
    """Sections of one member of a file, in file order; `content` is filled on the way.

    Raises Quarantine.
    """
    if feed.parse in WHOLE_READERS:
        data = whole(iter(partial(stream.read, BLOCK_BYTES), b""), member)
        if feed.parse == "workbook" and not workbook.is_workbook(data):  # a sheet saved as CSV
            yield from _csv(feed, member, blocks(BytesIO(data), member, content), content)
        else:
            yield from WHOLE_READERS[feed.parse](feed, member, data, content)
    else:
        yield from TEXT_READERS[feed.parse](feed, member, blocks(stream, member, content), content)
