"""Columnar text: numbers and stamps to CSV lines without a Python loop over rows.

A line is built with Arrow from whole columns; the lines of a file are then one slice of a byte
buffer. So a thousand small files cost one formatting pass and a thousand slices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def texts(values: Sequence[str] | np.ndarray) -> pa.Array:
    """Strings as an Arrow column."""
    return pa.array(values, pa.string())


def repeat(values: Sequence[str], times: int) -> pa.Array:
    """`values` one after the other, the whole list `times` times."""
    return pc.take(texts(values), pa.array(np.tile(np.arange(len(values)), times)))


def pick(values: Sequence[str], index: np.ndarray) -> pa.Array:
    """`values[index]` as a column: few texts, many rows."""
    return pc.take(texts(values), pa.array(np.asarray(index)))


def number(values: np.ndarray) -> pa.Array:
    """Shortest text that reads back to the same double: 30 -> "30", 23.5 -> "23.5"."""
    # adding zero turns -0.0 into 0.0, which no operator prints
    return pc.cast(pa.array(np.asarray(values, dtype=np.float64) + 0.0), pa.string())


def bare(values: np.ndarray) -> pa.Array:
    """As `number`, but without the zero before the point: ".5", "-.1"; blank where not a number."""
    values = np.asarray(values, dtype=np.float64)
    shown = pc.replace_substring_regex(number(values), r"^(-?)0\.", r"\1.")
    return pc.if_else(pa.array(np.isnan(values)), "", shown)


def number_or_blank(values: np.ndarray) -> pa.Array:
    """As `number`; blank where not a number."""
    values = np.asarray(values, dtype=np.float64)
    return pc.if_else(pa.array(np.isnan(values)), "", number(values))


def exponent(values: np.ndarray) -> pa.Array:
    """As `number`, but tiny values in exponent form: -0.00001 -> "-1E-05"."""
    return pc.replace_substring_regex(number(values), r"^(-?)0\.0000([1-9])$", r"\1\2E-05")


def integer(values: np.ndarray) -> pa.Array:
    """Whole numbers without a decimal point."""
    return pc.cast(pa.array(np.asarray(values).astype(np.int64)), pa.string())


def fixed(values: np.ndarray, decimals: int, width: int = 0) -> pa.Array:
    """Exactly `decimals` digits after the point, right-aligned with blanks to `width`."""
    rounded = np.round(np.asarray(values, dtype=np.float64), decimals) + 0.0
    text = pc.cast(pc.cast(pa.array(rounded), pa.decimal128(18, decimals)), pa.string())
    return pc.utf8_lpad(text, width) if width else text


def prefixed(before: str, column: pa.Array) -> pa.Array:
    """`before` in front of every text."""
    return pc.binary_join_element_wise(before, column, "")


def quoted(column: pa.Array | str) -> pa.Array | str:
    """Every text between quotation marks."""
    if isinstance(column, str):
        return f'"{column}"'
    return pc.binary_join_element_wise('"', column, '"', "")


def stamp(values: np.ndarray, pattern: str) -> pa.Array:
    """Naive times (datetime64) by a strftime pattern, each distinct time formatted once."""
    distinct, where = np.unique(np.asarray(values, "datetime64[s]"), return_inverse=True)
    return pc.take(pc.strftime(pa.array(distinct), format=pattern), pa.array(where.ravel()))


class Lines:
    """Finished lines of one table, kept as one buffer; `part(a, b)` is the bytes of rows a..b-1."""

    def __init__(self, columns: Sequence[pa.Array | str], end: str):
        """Join `columns` with commas. A plain string stands for the same text on every row.

        `end` closes each line. At least one column must be an array.
        """
        parts = [pa.scalar(c) if isinstance(c, str) else c for c in columns]
        head, last = parts[:-1], parts[-1]
        last = pc.binary_join_element_wise(last, pa.scalar(end), "")
        joined = pc.binary_join_element_wise(*head, last, ",") if head else last
        if isinstance(joined, pa.Scalar):
            raise ValueError("Lines needs at least one column that is an array")
        joined = pc.cast(joined, pa.large_string())
        if isinstance(joined, pa.ChunkedArray):
            joined = joined.combine_chunks()
        self.rows = len(joined)
        buffers = joined.buffers()
        self._offsets = np.frombuffer(buffers[1], np.int64)[
            joined.offset : joined.offset + self.rows + 1
        ]
        self._data = memoryview(buffers[2]) if buffers[2] is not None else memoryview(b"")

    def part(self, first: int, last: int) -> bytes:
        """Bytes of rows `first` up to but not including `last`."""
        return bytes(self._data[int(self._offsets[first]) : int(self._offsets[last])])

    def all(self) -> bytes:
        """Bytes of every row."""
        return self.part(0, self.rows)


class Stack:
    """Several tables of one member, one after the other."""

    def __init__(self, tables: Sequence[Lines]):
        self._tables = tables
        self.rows = sum(t.rows for t in tables)

    def all(self) -> bytes:
        """Bytes of every row of every table."""
        return b"".join(t.all() for t in self._tables)
