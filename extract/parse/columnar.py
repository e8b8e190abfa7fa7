"""Sections to typed Arrow tables by Arrow's CSV reader: twice as fast as DuckDB's, all or nothing.

It takes what is written just as the contract says; whatever it refuses is read by DuckDB's reader
(`extract.parse.typed`), which says what is wrong with which row.
"""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from extract.catalogue import Table
from extract.parse.query import Query, query_of
from extract.parse.sections import Section

_TEXTS = pa.dictionary(pa.int32(), pa.string())  # a market's texts repeat: each is looked at once
# whole numbers, too: Arrow would read 0x10 as 16 where an integer is asked for
_NUMBERS = {"double": pa.float64(), "bigint": pa.float64()}
_TYPES = {
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    **_NUMBERS,
}
_CACHED_BYTES = 5 << 20  # parsed at once: what is far larger than the cache takes longer
_WORTH_A_READER = 1 << 20  # sections of this size are not joined, which copies them
# Arrow reads on behind a closing quotation mark, so marks are taken off here
_PARSE = arrow_csv.ParseOptions(quote_char=False, double_quote=False, ignore_empty_lines=False)


def read(sections: list[Section]) -> pa.Table | None:
    """Rows of `sections` (same table and header): the contract's columns and `_extra`.

    Whole numbers are float64, as DuckDB's reader gives them.
    None where this reader is not the one for them: columns that the contract does not know or that
    a name gives, several formats of dates, commas or marks within quotation marks, a value or a
    line that does not fit.
    """
    first = sections[0]
    query = query_of(first)
    if not query.is_plain or len(query.formats) > 1:
        return None
    bodies = [s.body for s in sections]
    if sum(map(len, bodies)) < _WORTH_A_READER * len(bodies):
        bodies = [b"".join(bodies)]
    try:
        rows = pa.concat_tables(_rows(body, first.table, query) for body in bodies)
    except pa.ArrowInvalid:  # DuckDB's reader finds the line and says why
        return None
    if rows.num_rows != sum(s.rows for s in sections):
        return None
    return _arranged(rows, first, query)


def _rows(body: bytes, table: Table, query: Query) -> pa.Table:
    return arrow_csv.read_csv(
        pa.BufferReader(body),
        arrow_csv.ReadOptions(
            use_threads=False, block_size=_CACHED_BYTES, column_names=query.names
        ),
        _PARSE,
        _options(table, query),
    )


@lru_cache(maxsize=512)
def _options(table: Table, query: Query) -> arrow_csv.ConvertOptions:
    kinds = {c.name: c.data_type for c in table.columns}
    return arrow_csv.ConvertOptions(
        column_types={place: _NUMBERS.get(kinds[name], _TEXTS) for name, place in query.at},
        include_columns=[place for _, place in query.at],
        null_values=[""],
        strings_can_be_null=True,
    )


def _arranged(rows: pa.Table, section: Section, query: Query) -> pa.Table | None:
    """Columns in the contract's order and under its names; those that the era lacks are null."""
    at = dict(query.at)
    arranged = {}
    for column in section.table.columns:
        kind = _TYPES[column.data_type]
        if column.name not in at:
            arranged[column.name] = pa.nulls(rows.num_rows, kind)
            continue
        values = rows.column(at[column.name])
        if column.data_type not in _NUMBERS:
            form = query.formats[0] if column.formats else None
            values = _of_texts(values, form, kind)
        if values is None:
            return None
        arranged[column.name] = values
    arranged["_extra"] = pa.nulls(rows.num_rows, pa.string())
    return pa.table(arranged)


def _of_texts(
    texts: pa.ChunkedArray, form: str | None, kind: pa.DataType
) -> pa.ChunkedArray | None:
    """Texts without quotation marks, or the dates or times that they say by `form`."""
    chunks = texts.unify_dictionaries().chunks
    words = _unquoted(chunks[0].dictionary)
    if words is not None and form:
        words = _stamps(words, form)
    if words is None:
        return None
    words = words.cast(kind)
    return pa.chunked_array([words.take(chunk.indices) for chunk in chunks], kind)


def _unquoted(words: pa.Array) -> pa.Array | None:
    """`words` without the marks around them; None where one has others, or nothing in them."""
    mark = '"'
    if not pc.any(pc.match_substring(words, mark)).as_py():
        return words
    around = pc.and_(pc.starts_with(words, mark), pc.ends_with(words, mark))
    around = pc.and_(around, pc.greater(pc.utf8_length(words), 2))
    inner = pc.if_else(around, pc.utf8_slice_codeunits(words, 1, -1), words)
    return None if pc.any(pc.match_substring(inner, mark)).as_py() else inner


def _stamps(words: pa.Array, form: str) -> pa.Array | None:
    """Times written just as `form` says; None if one is not.

    Arrow reads 30 February as 2 March, so what was read must give the text again.
    """
    try:
        stamps = pc.strptime(words, format=form, unit="s")
    except pa.ArrowInvalid:
        return None
    is_same = pc.equal(pc.strftime(stamps, format=form), words)
    return stamps if pc.all(is_same, min_count=0).as_py() else None
