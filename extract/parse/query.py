"""The SQL by which DuckDB's CSV reader turns one published header into a contract's columns."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from itertools import islice

from extract.catalogue import Table, normalize_header
from extract.parse.sections import LEADING, Section

SQL_TYPES = {
    "text": "varchar",
    "double": "double",
    "bigint": "double",  # DuckDB would round 1.5 to 2; whole numbers are told apart later
    "date": "date",
    "timestamp": "timestamp",
}
ROWS_FOR_FORMAT = 10_000  # among which a value is looked for that tells how a column is written
UNREAD = "unread "  # before a column's name: its text, where no date could be read from it


@dataclass(frozen=True, eq=False)
class Query:
    """How to read the text of sections with one header.

    names: the reader's column names, by position. header: the published ones. The reader takes one
    format for all dates and one for all times; columns with another are read by an expression, and
    the result has an `UNREAD` column for each.

    at: (column of the contract, the reader's name of it). formats: those of dates and times.
    is_plain: whether each column is what the text says, as a whole and in the contract's type.
    """

    names: tuple[str, ...]
    header: tuple[str, ...]
    types: dict[str, str]
    options: tuple[str, ...]
    projection: tuple[str, ...]
    at: tuple[tuple[str, str], ...]
    formats: tuple[str, ...]
    is_plain: bool

    def sql(self, path: str, strict: bool) -> str:
        columns = ", ".join(f"'{n}': '{self.types[n]}'" for n in self.names)
        options = [
            "header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"'",
            "new_line = '\\n', max_line_size = 8000000",
            f"columns = {{{columns}}}",
            *self.options,
        ]
        if not strict:
            options.append("store_rejects = true, parallel = false")
        return f"select {', '.join(self.projection)} from read_csv('{path}', {', '.join(options)})"


def query_of(section: Section) -> Query:
    """The query for `section`, and for those that are written like it."""
    return _query(section.table, section.header, section.given, _formats(section))


def _formats(section: Section) -> tuple[tuple[str, str], ...]:
    """(column, format) of the dates and times of a section.

    Where a column has several formats its first value tells which holds.
    """
    chosen = {c.name: c.formats[0] for c in section.table.columns if c.formats}
    names = [normalize_header(h) for h in section.header]
    open_ = [
        c
        for c in section.table.columns
        if len(c.formats) > 1 and not set(c.source_names).isdisjoint(names)
    ]
    lines = islice(BytesIO(section.body), ROWS_FOR_FORMAT)
    while open_ and (line := next(lines, None)):
        cells = next(csv.reader([line.decode("utf-8", "replace")]), [])
        values = {n: c.strip() for n, c in zip(names, cells, strict=False)}
        for column in list(open_):
            text = next((values[n] for n in column.source_names if values.get(n)), "")
            if text:
                form = next((f for f in column.formats if _is_written(text, f)), column.formats[0])
                chosen[column.name] = form
                open_.remove(column)
    return tuple(chosen.items())


def _is_written(text: str, form: str) -> bool:
    try:
        datetime.strptime(text.strip(), form)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=512)
def _query(
    table: Table,
    header: tuple[str, ...],
    given: tuple[tuple[str, str], ...],
    formats: tuple[tuple[str, str], ...],
) -> Query:
    names = tuple(f"c{i}" for i in range(len(header)))
    at: dict[str, str] = {}
    extra: list[tuple[str, str]] = []
    for position, published in zip(names, header, strict=True):
        key = normalize_header(published)
        column = table.by_header.get(key)
        if column:
            at[column.name] = position
        elif key and published not in LEADING and key not in table.ignored:
            extra.append((position, published.strip()))
    form, by_name = dict(formats), dict(given)
    of_kind = {
        kind: {form[c.name] for c in table.columns if c.data_type == kind and c.name in at}
        for kind in ("date", "timestamp")
    }
    types, projection = dict.fromkeys(names, "varchar"), []
    for column in table.columns:
        sql_type = SQL_TYPES[column.data_type]
        if column.name in by_name:
            value = f"{_quoted(by_name[column.name])}::{sql_type}"
        elif column.name not in at:
            value = f"null::{sql_type}"
        elif len(of_kind.get(column.data_type, ())) > 1:
            text = f"nullif(trim({at[column.name]}), '')"
            value = f"try_strptime({text}, {_quoted(form[column.name])})::{sql_type}"
            unread = f"case when {value} is null then {text} end"
            projection.append(f'{unread} as "{UNREAD}{column.name}"')
        else:
            value = at[column.name]
            types[value] = sql_type
        projection.append(f'{value} as "{column.name}"')
    projection.append(f"{_extra(extra)} as _extra")
    options = [
        f"{option} = {_quoted(next(iter(of_kind[kind])))}"
        for kind, option in (("date", "dateformat"), ("timestamp", "timestampformat"))
        if len(of_kind[kind]) == 1
    ]
    formats = tuple(sorted(set().union(*of_kind.values())))
    several = any(len(forms) > 1 for forms in of_kind.values())
    return Query(
        names,
        header,
        types,
        tuple(options),
        tuple(projection),
        tuple(at.items()),
        formats,
        is_plain=not (several or extra or given),
    )


def _extra(columns: list[tuple[str, str]]) -> str:
    if not columns:
        return "null::varchar"
    pairs = ", ".join(f"{_quoted(name)}, {c}" for c, name in columns)
    some = ", ".join(c for c, _ in columns)
    return f"case when coalesce({some}) is not null then json_object({pairs})::varchar end"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
