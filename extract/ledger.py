"""What was fetched, landed and rejected: rows of `_files`, `_outcomes`, `_rejected_rows`.

The ledger rows of a file travel in the same dlt load as its data rows, so a file is known exactly
when its rows are there. A load counts only once `_dlt_loads` says it is complete; what a killed run
left behind is invisible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from extract.catalogue import Catalogue, Feed
from extract.index import asked_on

_STAMP = pa.timestamp("us", "UTC")
_TYPES = {"str": pa.string(), "int": pa.int64(), "float": pa.float64(), "datetime": _STAMP}
ASKED_DAYS = 35  # how long a download counts as "asked that day" (re-checks of corrected days)
LEDGER_TABLES = ("_files", "_outcomes", "_rejected_rows")


@dataclass(slots=True)
class FileRow:
    """One row of `_files`."""

    file_id: str
    operator: str
    feed: str
    source_key: str
    name: str
    container: str | None
    sha256: str
    archive_sha256: str
    content_sha256: str | None
    bytes: int
    url: str
    published_at: datetime | None
    fetched_at: datetime
    loaded_at: datetime
    status: str = "landed"
    rows_in_file: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    rows_ignored: int = 0
    message: str | None = None


@dataclass(slots=True)
class OutcomeRow:
    """One row of `_outcomes`: an attempt to list, download, unpack or parse."""

    attempted_at: datetime
    operator: str
    feed: str | None
    kind: str
    outcome: str
    url_or_path: str
    message: str | None = None
    file_id: str | None = None
    rows_in_file: int | None = None
    rows_landed: int | None = None
    rows_rejected: int | None = None
    bytes: int | None = None
    seconds: float | None = None
    loaded_at: datetime | None = None


@dataclass(slots=True)
class RejectedRow:
    """One row of `_rejected_rows`."""

    file_id: str
    feed: str
    table_name: str
    member: str
    row_number: int
    line_number: int
    column_name: str | None
    value: str | None
    reason: str
    line: str
    loaded_at: datetime


ROW_TYPES = {"_files": FileRow, "_outcomes": OutcomeRow, "_rejected_rows": RejectedRow}


def ledger_schema(table: str) -> pa.Schema:
    """Arrow schema of a ledger table, with the load id."""
    types = [(f.name, _TYPES[str(f.type).split(" |")[0]]) for f in fields(ROW_TYPES[table])]
    return pa.schema([*types, ("_dlt_load_id", pa.string())])


def ledger_table(table: str, rows: Iterable, load_id: str) -> pa.Table:
    """Rows as Arrow, stamped with the load that carries them."""
    rows, schema = list(rows), ledger_schema(table)
    columns = [pa.array([getattr(r, f.name) for r in rows], f.type) for f in list(schema)[:-1]]
    return pa.table([*columns, pa.repeat(pa.scalar(load_id), len(rows))], schema=schema)


def file_id(feed: str, name: str, sha256: str) -> str:
    """Identity of a published file: the same bytes under the same name are the same file."""
    return hashlib.sha256(f"{feed}\n{name}\n{sha256}".encode()).hexdigest()[:24]


def settled(status: str, parse: str | None) -> bool:
    """Whether a publication need not be fetched again.

    A quarantined one may have been damaged on the way or mended since; the same bytes are then
    known by their hash. OASIS says "no data" for what is not there *yet*.
    """
    return status != "quarantined" and not (status == "empty" and parse == "oasis")


@dataclass(slots=True)
class Known:
    """What the ledger of one operator holds; read once per run, updated as batches land."""

    file_ids: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    latest_content: dict[str, str] = field(default_factory=dict)  # source key -> content hash
    last_loaded_at: datetime | None = None

    def add(self, row: FileRow, feed: Feed) -> None:
        self.file_ids.add(row.file_id)
        if settled(row.status, feed.parse):
            self.keys.add(row.source_key)
        if row.content_sha256:
            self.latest_content[row.source_key] = row.content_sha256

    def next_loaded_at(self) -> datetime:
        """The stamp of the next load: now, but always later than the load before.

        Marts find new rows by it, so it must rise even where the clock does not.
        """
        now = datetime.now(UTC)
        if self.last_loaded_at and now <= self.last_loaded_at:
            now = self.last_loaded_at + timedelta(microseconds=1)
        self.last_loaded_at = now
        return now


def read_known(raw: Path, operator: str, catalogue: Catalogue) -> Known:
    """The operator's ledger as of its last complete load; empty if nothing landed yet."""
    known = Known()
    if not raw.exists():
        return known
    with duckdb.connect(str(raw), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        if not _has_table(connection, operator, "_files"):
            return known
        complete = f'select load_id from "{operator}"._dlt_loads where status = 0'
        rows = connection.execute(
            "select file_id, feed, source_key, status, content_sha256, loaded_at "
            f'from "{operator}"._files where _dlt_load_id in ({complete}) order by loaded_at'
        ).fetchall()
        asked = connection.execute(
            f'select url_or_path, attempted_at from "{operator}"._outcomes '
            "where kind = 'download' and outcome = 'ok' "
            f"and attempted_at > now() - interval {ASKED_DAYS} day"
        ).fetchall()
        newest = connection.execute(
            f'select max(loaded_at) from "{operator}"._outcomes where _dlt_load_id in ({complete})'
        ).fetchone()[0]
    for identity, feed, key, status, content, loaded_at in rows:
        known.file_ids.add(identity)
        parse = catalogue.feeds[feed].parse if feed in catalogue.feeds else None
        if settled(status, parse):
            known.keys.add(key)
        if content:
            known.latest_content[key] = content
        known.last_loaded_at = max(loaded_at, known.last_loaded_at or loaded_at)
    known.keys.update(asked_on(url, at.astimezone(UTC).date()) for url, at in asked)
    if newest:
        known.last_loaded_at = max(newest, known.last_loaded_at or newest)
    return known


def _has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    return bool(
        connection.execute(
            "select 1 from duckdb_tables() where schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchone()
    )
