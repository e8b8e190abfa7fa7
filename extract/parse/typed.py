"""Sections to typed Arrow tables, with explicit types from the contract.

The fast path reads many sections in one go (by Arrow's CSV reader, else by DuckDB's) and accepts
only a perfect result. If anything is off (a value that does not parse, a short line), the batch is
halved until the odd section stands alone; that one is read by DuckDB with its bad rows set aside,
each with line, column and reason.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from extract.catalogue import Column, Table, normalize_header
from extract.parse import columnar
from extract.parse.query import UNREAD, Query, query_of
from extract.parse.sections import Section, fault_of

ARROW_TYPES = {
    "text": pa.string(),
    "double": pa.float64(),
    "bigint": pa.int64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that did not land. `row` counts the section's data rows from 1, `line` the member's."""

    row: int
    line: int
    column: str | None
    value: str | None
    reason: str
    text: str


@dataclass(slots=True)
class Typed:
    """Rows of one section: `rows_index` gives each row's place (0-based) in the section."""

    section: Section
    table: pa.Table
    rows_index: np.ndarray
    rejected: list[Rejected] = field(default_factory=list)
    problem: str | None = None  # why the whole file cannot be trusted


def arrow_schema(table: Table) -> pa.Schema:
    """The contract's columns and `_extra`, in order."""
    fields = [pa.field(c.name, ARROW_TYPES[c.data_type]) for c in table.columns]
    return pa.schema([*fields, pa.field("_extra", pa.string())])


class Reader:
    """Reads sections of one table and header with one thread; used by one caller at a time."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.connection = _connection()

    def close(self) -> None:
        self.connection.close()

    def read(self, sections: list[Section]) -> Iterator[tuple[list[Section], pa.Table | Typed]]:
        """Typed rows of `sections` (same table and header), in order.

        Yields either (sections, table) where every line became a row, or ([section], Typed) for a
        section read with care.
        """
        table = self._fast(sections)
        if table is not None:
            yield sections, table
        elif len(sections) == 1:
            yield sections, self._careful(sections[0])
        else:
            half = len(sections) // 2
            yield from self.read(sections[:half])
            yield from self.read(sections[half:])

    def _fast(self, sections: list[Section]) -> pa.Table | None:
        try:
            return self._at_once(sections)
        except Exception as error:
            self._recover(error)
            return None

    def _careful(self, section: Section) -> Typed:
        try:
            return self._by_line(section)
        except Exception as error:
            return _broken(section, self._recover(error).splitlines()[0])

    def _recover(self, error: Exception) -> str:
        """What is wrong with the file; a database that its bytes have broken is made anew."""
        if isinstance(error, (duckdb.InternalException, duckdb.FatalException)):
            self.connection.close()
            self.connection = _connection()
        return fault_of(error)

    def _at_once(self, sections: list[Section]) -> pa.Table | None:
        table = sections[0].table
        rows = columnar.read(sections)
        if rows is not None and _is_clean(table, rows):
            return _contracted(table, rows)
        with self._spool(b.body for b in sections) as path:
            query = query_of(sections[0])
            result = self.connection.sql(query.sql(path, strict=True)).to_arrow_table()
        if result.num_rows != sum(s.rows for s in sections):
            return None
        return _contracted(table, result) if _is_clean(table, result) else None

    def _spool(self, bodies: Iterator[bytes]) -> _Spool:
        return _Spool(self.folder, bodies)

    def _by_line(self, section: Section) -> Typed:
        with self._spool(iter([section.body])) as path:
            self.connection.execute("drop table if exists reject_errors")
            self.connection.execute("drop table if exists reject_scans")
            query = query_of(section)
            result = self.connection.sql(query.sql(path, strict=False)).to_arrow_table()
            errors = self.connection.execute(
                "select line, column_name, error_type, csv_line, error_message from reject_errors "
                "qualify row_number() over (partition by line order by column_idx) = 1 "
                "order by line"
            ).fetchall()
        other = _other_header(section, errors)
        if other:
            return _broken(section, other)
        if result.num_rows + len(errors) != section.rows:
            line = section.line_of(swallowed_line(section.body) or 1)
            return _broken(section, f"line {line}: a quotation mark is not closed before its end")
        return _without_bad_values(_with_places(section, result, errors, query))


def _connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect(config={"threads": 1})
    made.execute("set TimeZone = 'UTC'")
    made.execute("set errors_as_json = false")
    return made


# the reader's words for a value that is not of its column's type
_CAST = re.compile(
    r'Could not (?:convert|parse) string "(?P<value>.*?)" .*?(?P<type>[A-Z]{4,})', re.S
)
LARGEST = 1e11  # no price, power, energy or count of a market comes near
YEARS = (1990, 2100)  # DuckDB reads 01/02/24 as the year 24 where four digits are asked for
MEMORY = Path("/dev/shm")  # where Linux keeps files in memory
MEMORY_NEEDED = 1024**3


def spool_folder(data: Path) -> Path:
    """Where a run over the folder `data` keeps text for the reader: in memory, if there is room.

    One folder for each data folder and user, so that a run clears what a killed one left in memory.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]
        return MEMORY / f"gridhouse-{os.getuid()}-{name}"
    return data / "tmp" / "spool"


class _Spool:
    """A temporary file that DuckDB reads; its space is given back at once."""

    def __init__(self, folder: Path, bodies: Iterator[bytes]):
        self.folder, self.bodies = folder, bodies

    def __enter__(self) -> str:
        self.file = tempfile.NamedTemporaryFile(dir=self.folder, suffix=".csv")
        self.file.writelines(self.bodies)
        self.file.flush()
        return self.file.name

    def __exit__(self, *_: object) -> None:
        self.file.close()


def swallowed_line(body: bytes) -> int | None:
    """Number of the first line whose end lies within quotes, from 1; None if there is none.

    No market table has text with line ends; a stray quotation mark, though, swallows rows.
    """
    text = np.frombuffer(body, np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    open_quotes = np.cumsum(text == ord('"'), dtype=np.int64)[ends] % 2
    return int(np.argmax(open_quotes)) + 1 if open_quotes.any() else None


def _broken(section: Section, problem: str) -> Typed:
    empty = arrow_schema(section.table).empty_table()
    message = f"{section.member}: {problem}"
    return Typed(section, empty, np.empty(0, np.int64), problem=message)


def _bad_values(
    column: Column, values: pa.ChunkedArray, unread: pa.ChunkedArray | None
) -> Iterator[tuple[pa.ChunkedArray, str]]:
    """(mask of values that cannot be true, reason) for each way in which they cannot."""
    if unread is not None:
        yield pc.is_valid(unread), f"no {column.data_type} written {' or '.join(column.formats)}"
    if column.key and values.null_count:
        yield pc.is_null(values), "key is empty"
    if column.data_type in ("double", "bigint"):
        bad = pc.invert(pc.less_equal(pc.abs(values), LARGEST))  # also true for NaN
        yield bad, f"not a number between -{LARGEST:g} and {LARGEST:g}"
    if column.data_type == "bigint":
        yield pc.not_equal(values, pc.floor(values)), "not a whole number"
    if column.data_type in ("date", "timestamp"):
        years, last = pc.year(values), 9999 if column.endless else YEARS[1]
        bad = pc.or_(pc.less(years, YEARS[0]), pc.greater(years, last))
        yield bad, f"not a day of the years {YEARS[0]} to {last}"


def _contracted(table: Table, rows: pa.Table) -> pa.Table:
    """`rows` with columns and types of the contract (whole numbers were read as doubles).

    Raises ArrowInvalid for a number that is not whole in a column of whole numbers.
    """
    schema = arrow_schema(table)
    return rows.select(schema.names).cast(schema)


def _unread(rows: pa.Table, column: Column) -> pa.ChunkedArray | None:
    """The texts in which no date could be found, where the reader did not check that itself."""
    name = UNREAD + column.name
    return rows.column(name) if name in rows.column_names else None


def _other_header(section: Section, errors: list[tuple]) -> str | None:
    """What to say if a line that failed is a header with the columns in another order."""
    names = {normalize_header(h) for h in section.header} - {""}
    for line, _, _, text, _ in errors:
        try:
            cells = {normalize_header(c) for c in next(csv.reader([text]), [])}
        except csv.Error:
            continue
        if len(cells & names) > len(names) / 2:
            return (
                f"line {section.line_of(line)} is another header ({text[:200]}): files "
                "with different columns were joined; split them"
            )
    return None


def _is_clean(table: Table, rows: pa.Table) -> bool:
    """Whether no value is one that `_bad_values` would set aside, but for fractions of a bigint."""
    return all(_is_clean_column(c, rows.column(c.name), _unread(rows, c)) for c in table.columns)


def _is_clean_column(
    column: Column, values: pa.ChunkedArray, unread: pa.ChunkedArray | None
) -> bool:
    if column.key and values.null_count:
        return False
    if column.data_type == "text":
        return True
    if column.data_type in ("double", "bigint"):
        if all(map(_are_small, values.chunks)):
            return True  # the cast to whole numbers fails if one is not
    elif unread is None:  # what holds for the first and the last time holds for all
        ends = pc.min_max(values)
        values = pa.chunked_array(
            [pa.array([ends["min"].as_py(), ends["max"].as_py()], values.type)]
        )
    return not any(pc.any(bad).as_py() for bad, _ in _bad_values(column, values, unread))


def _are_small(values: pa.DoubleArray) -> bool:
    """Whether all are numbers of at most LARGEST.

    False at times when they are, but never the reverse: what stands in the places of nulls (mostly
    zero) is looked at, too, which is several times as fast as passing over them.
    """
    if not len(values):
        return True
    every = np.frombuffer(values.buffers()[1], np.float64, len(values), values.offset * 8)
    # of numbers among which is a NaN, NumPy's smallest and largest are NaN
    return bool(every.min() >= -LARGEST and every.max() <= LARGEST)


def _with_places(section: Section, result: pa.Table, errors: list[tuple], query: Query) -> Typed:
    """Give each good row its place in the section, and each bad one its reason."""
    bad_lines = np.array([line for line, *_ in errors], dtype=np.int64)
    index = np.delete(np.arange(section.rows), bad_lines - 1)
    published = dict(zip(query.names, query.header, strict=True))
    rejected = []
    for line, name, kind, text, message in errors:
        cast = _CAST.search(message)
        rejected.append(
            Rejected(
                row=line,
                line=section.line_of(line),
                column=published.get(name, "").strip() or None,
                value=cast["value"] if cast else None,
                reason=f"no {cast['type'].lower()}" if cast else f"{kind.lower()}: {message}",
                text=text,
            )
        )
    return Typed(section, result, index, rejected)


def _without_bad_values(typed: Typed) -> Typed:
    """Set aside rows with a value that cannot be true."""
    table = typed.table
    keep = np.ones(table.num_rows, dtype=bool)
    for column in typed.section.table.columns:
        values = table.column(column.name)
        for bad, reason in _bad_values(column, values, _unread(table, column)):
            mask = pc.fill_null(bad, False).to_numpy() & keep
            typed.rejected += [_bad_value(typed, column, n, reason) for n in np.flatnonzero(mask)]
            keep &= ~mask
    typed.table = _contracted(typed.section.table, table.filter(pa.array(keep)))
    typed.rows_index = typed.rows_index[keep]
    return typed


def _bad_value(typed: Typed, column: Column, place: int, reason: str) -> Rejected:
    row = int(typed.rows_index[place]) + 1
    unread = _unread(typed.table, column)
    value = typed.table.column(column.name)[int(place)].as_py()
    if value is None and unread is not None:
        value = unread[int(place)].as_py()
    return Rejected(
        row=row,
        line=typed.section.line_of(row),
        column=column.source_name or column.name,
        value=None if value is None else str(value),
        reason=reason,
        text=_line(typed.section.body, row),
    )


def _line(body: bytes, row: int) -> str:
    lines = body.split(b"\n", row)
    return lines[row - 1].decode("utf-8", "replace") if row <= len(lines) else ""
