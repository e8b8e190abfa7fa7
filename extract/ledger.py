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
from extract.index import OPEN, asked_on

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

    A quarantined one may have been damaged on the way or mended since. OASIS says "no data" for
    what is not there *yet*.
    """
    return status != "quarantined" and not (status == "empty" and parse == "oasis")


def _is_asked_again(feed: Feed, key: str) -> bool:
    """Whether a publication is fetched again though it landed: what it holds may have changed.

    An unchanged one is not archived again.
    """
    return feed.parse == "oasis" or feed.index.get("kind") == "url" or OPEN in key


@dataclass(slots=True)
class Known:
    """What the ledger of one operator holds; read once per run, updated as batches land.

    file_ids: files that need not be parsed again. containers: (id, key) of zips of zips that have
    a row. quarantined: why files were set aside.
    keys: publications that need not be fetched again. archived: (key, SHA-256) of those that may.
    latest_content: hash of the newest landed answer to an OASIS request, by key.
    """

    file_ids: set[str] = field(default_factory=set)
    containers: set[tuple[str, str]] = field(default_factory=set)
    quarantined: dict[str, str | None] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    archived: set[tuple[str, str]] = field(default_factory=set)
    latest_content: dict[str, str] = field(default_factory=dict)
    last_loaded_at: datetime | None = None

    def add(self, rows: list[FileRow], feeds: dict[str, Feed]) -> None:
        """Take in the files of a batch."""
        open_keys = set()
        for row in rows:
            parse = feeds[row.feed].parse
            if row.status == "quarantined":
                self.quarantined[row.file_id] = row.message
                self.latest_content.pop(row.source_key, None)
            elif row.status == "container":
                self.containers.add((row.file_id, row.source_key))
            else:
                self.file_ids.add(row.file_id)
                self.quarantined.pop(row.file_id, None)
            if not settled(row.status, parse):
                open_keys.add(row.source_key)
            if _is_asked_again(feeds[row.feed], row.source_key) or row.source_key in open_keys:
                self.archived.add((row.source_key, row.archive_sha256))
        self.keys |= {row.source_key for row in rows}
        self.keys -= open_keys

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
    """The operator's ledger as of its last complete load; empty if nothing landed yet.

    The newest row of a publication says whether it is settled; of a container, which has a row for
    each inner file, the newest of each.
    """
    known = Known()
    if not raw.exists():
        return known
    oasis = [f.id for f in catalogue.of(operator) if f.parse == "oasis"]
    fixed = [f.id for f in catalogue.of(operator) if f.index.get("kind") == "url"]
    with duckdb.connect(str(raw), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        if not has_table(connection, operator, "_files"):
            return known
        connection.execute(_FILES.format(schema=operator), [oasis, fixed])

        def rows(sql: str) -> list[tuple]:
            return connection.execute(sql.format(schema=operator)).fetchall()

        known.file_ids = {i for (i,) in rows(_FILE_IDS)}
        known.containers = set(rows(_CONTAINERS))
        known.quarantined = dict(rows(_QUARANTINED))
        known.keys = {k for (k,) in rows(_SETTLED_KEYS)}
        known.archived = set(rows(_ARCHIVED))
        known.latest_content = dict(rows(_LATEST_CONTENT))
        known.keys |= {asked_on(url, at.astimezone(UTC).date()) for url, at in rows(_ASKED)}
        known.last_loaded_at = rows(_LAST_LOADED_AT)[0][0]
    return known


_FILES = f"""
    create temp table files as
    select
        *,
        list_contains(?, feed) as is_oasis,
        -- see _is_asked_again()
        is_oasis or list_contains(?, feed) or contains(source_key, '{OPEN}') as is_asked_again,
        status = 'quarantined' as quarantined,
        not quarantined and not (is_oasis and status = 'empty') as settled  -- see settled()
    from {{schema}}._files
    where _dlt_load_id in (select load_id from {{schema}}._dlt_loads where status = 0)
"""
_FILE_IDS = "select file_id from files where status not in ('quarantined', 'container')"
_CONTAINERS = "select file_id, source_key from files where status = 'container'"
_QUARANTINED = """
    select file_id, arg_max(message, loaded_at) from files group by all having bool_and(quarantined)
"""
_SETTLED_KEYS = """
    select source_key
    from (
        select source_key, arg_max(settled, loaded_at) as settled
        from files
        group by source_key, case when container is not null then name end
    )
    group by all
    having bool_and(settled)
"""
_ARCHIVED = """
    select distinct source_key, archive_sha256 from files where is_asked_again or not settled
"""
_LATEST_CONTENT = """
    select source_key, arg_max(content_sha256, loaded_at)
    from files
    where content_sha256 is not null and not quarantined
    group by all
"""
_ASKED = f"""
    select url_or_path, attempted_at
    from {{schema}}._outcomes
    where
        kind = 'download'
        and outcome = 'ok'
        and attempted_at > now() - interval {ASKED_DAYS} day
"""
_LAST_LOADED_AT = """
    select max(loaded_at)
    from (
        select loaded_at from files
        union all
        select loaded_at
        from {schema}._outcomes
        where _dlt_load_id in (select load_id from {schema}._dlt_loads where status = 0)
    )
"""


def has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether a schema of the database has a table or a view of this name."""
    return bool(
        connection.execute(
            "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
            [schema, table],
        ).fetchone()
    )
