"""Bytes to sections: what each kind of file looks like (`csv`, `aemo_csv`, `oasis`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from extract.catalogue import Feed
from extract.parse import aemo_csv, oasis, plain_csv
from extract.parse.sections import Content, Section, blocks

READERS = {"csv": plain_csv.read, "aemo_csv": aemo_csv.read, "oasis": oasis.read}


def read_member(feed: Feed, member: str, stream: IO[bytes], content: Content) -> Iterator[Section]:
    """Sections of one member of a file, in file order; `content` is filled on the way.

    Raises Quarantine.
    """
    yield from READERS[feed.parse](feed, member, blocks(stream, member, content), content)
