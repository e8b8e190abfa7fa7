"""Notices in plain text: lines `Label : value`, and a text after the last label.

Each column of the feed's table names its label; the column that is declared last takes the text.
The text ends at the line `END OF REPORT`. Rules and lines of dashes fall away. A line break within
a value is kept as a vertical tab, since a row is a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa

from extract.catalogue import Feed, normalize_header
from extract.parse import plain_csv
from extract.parse.cells import csv_text
from extract.parse.sections import Content, Quarantine, Section

BREAK = "\x0b"
_LABEL = re.compile(r"\s*([A-Za-z][A-Za-z ]*?)\s*:\s*(.*)")
_RULE = re.compile(r"\s*[-_=]{5,}\s*")
_END = re.compile(r"\s*END OF REPORT\s*", re.IGNORECASE)


def read(feed: Feed, member: str, data: bytes, content: Content) -> Iterator[Section]:
    """One row. Raises Quarantine where a label of the table is missing, or all are, and for a text
    that does not end in `END OF REPORT`, unless it comes from a zip, which is known to be whole.
    """
    table = feed.tables[0]
    known = {name: c for c in table.columns for name in c.source_names}
    last = table.columns[-1].name
    values: dict[str, list[str]] = {}
    at: str | None = None
    for line in _lines(data):
        if _END.fullmatch(line):
            content.whole = True
            break
        found = _LABEL.fullmatch(line) if at != last else None
        column = known.get(normalize_header(found[1])) if found else None
        if column is not None and column.name not in values:
            at = column.name
            values[at] = [found[2].strip()]
        elif _RULE.fullmatch(line):
            at = at if at == last else None
        elif at is not None:  # a value, or the text, goes on
            values[at].append(line.strip())
    if not values:
        labels = ", ".join(c.source_name or c.name for c in table.columns)
        raise Quarantine(f"{member}: no notice: no line begins with one of {labels}")
    if not content.whole:
        said = 'cut off: the closing line "END OF REPORT" is missing'
        if not content.is_excerpt:
            raise Quarantine(f"{member}: {said}")
        content.notes.append(said)
    published = {c.name: c.source_name or c.name for c in table.columns}
    names = [published[name] for name in values]
    texts = [BREAK.join(lines).strip(f"{BREAK} ") for lines in values.values()]
    yield from plain_csv.read(
        feed, member, iter([csv_text(names, [pa.array([t]) for t in texts])]), content, table
    )


def _lines(data: bytes) -> list[str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:  # typed on Windows
        text = data.decode("cp1252", "replace")
    return text.splitlines()
