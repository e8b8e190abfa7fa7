"""Loads into `raw.duckdb` through dlt: one pipeline per operator, one load per batch.

A load is complete when its row stands in `_dlt_loads`, which dlt writes last. A killed run leaves a
pending package and perhaps rows of a load that never completed: both are cleared at the next start
(`recover`), and until then nobody sees them, since readers keep to complete loads.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa

from extract.assemble import raw_schema
from extract.catalogue import Catalogue, Feed
from extract.land import Landed
from extract.ledger import LEDGER_TABLES, ledger_schema, ledger_table
from extract.locks import opened

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
# one writer: DuckDB has one, and order of files within a load must not matter anyway
os.environ.setdefault("LOAD__WORKERS", "1")
os.environ.setdefault("DATA_WRITER__DISABLE_COMPRESSION", "true")
# each load tells dlt of its own tables alone: the schema of all of them is hashed at every step
os.environ.setdefault("RESTORE_FROM_DESTINATION", "false")

import dlt

STORAGE_VERSION = "v1.4.0"  # newer string compression; every DuckDB from 1.4 on opens it
_DLT_TYPES = {
    pa.string(): {"data_type": "text"},
    pa.float64(): {"data_type": "double"},
    pa.int64(): {"data_type": "bigint"},
    pa.date32(): {"data_type": "date"},
    pa.timestamp("us"): {"data_type": "timestamp", "timezone": False},
    pa.timestamp("us", "UTC"): {"data_type": "timestamp", "timezone": True},
}


class Loader:
    """The dlt pipeline of one operator.

    Callers hold the lock `raw`. Programs that are not gridhouse may have `raw.duckdb` open all the
    same: they are waited for, `wait_s` seconds at most, then Locked is raised.
    """

    def __init__(self, data: Path, operator: str, catalogue: Catalogue, wait_s: float = 30.0):
        self.operator, self.name, self.wait_s = operator, f"gridhouse_{operator}", wait_s
        self.raw = data / "raw.duckdb"
        self.folder = data / ".dlt" / "pipelines"
        self.schemas = {
            t.name: raw_schema(t) for feed in catalogue.of(operator) for t in feed.tables
        } | {name: ledger_schema(name) for name in LEDGER_TABLES}

    def _pipeline(self) -> dlt.Pipeline:
        return dlt.pipeline(
            self.name,
            pipelines_dir=str(self.folder),
            destination=dlt.destinations.duckdb(str(self.raw)),
            dataset_name=self.operator,
        )

    def prepare(self) -> None:
        """Clear what a killed run left, and create tables and columns that are missing."""
        _create(self.raw)
        self.recover()
        if self.lacks_tables():
            self.load(lambda load_id: Landed(), create=True)

    def recover(self) -> None:
        """Forget a pending package and delete rows of loads that never completed."""
        if not self._pipeline().has_pending_data and not self._unclean.exists():
            return
        with opened(self.raw, self.wait_s, read_only=False) as connection:
            for (table,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = ?", [self.operator]
            ).fetchall():
                if table in self.schemas:
                    connection.execute(
                        f'delete from "{self.operator}"."{table}" where _dlt_load_id not in '
                        f'(select load_id from "{self.operator}"._dlt_loads where status = 0)'
                    )
        self._forget_pipeline()
        self._unclean.unlink(missing_ok=True)

    def _forget_pipeline(self) -> None:
        shutil.rmtree(self.folder / self.name, ignore_errors=True)

    @property
    def _unclean(self) -> Path:
        return self.folder / f"{self.name}.running"

    def load(
        self,
        parse: Callable[[str], Landed],
        feeds: Iterable[Feed] | None = None,
        *,
        create: bool = False,
    ) -> Landed:
        """Run `parse` with the load's id, then load what it made in one package.

        `feeds` are those whose tables may get rows; all for None: dlt's work grows with the number
        of tables that it is told of. With `create` nothing is parsed: tables and columns are made.
        """
        tables = self.schemas
        if feeds is not None:
            names = {t.name for feed in feeds for t in feed.tables} | set(LEDGER_TABLES)
            tables = {name: schema for name, schema in tables.items() if name in names}
        self.folder.mkdir(parents=True, exist_ok=True)
        self._forget_pipeline()  # it knows the tables of another load
        self._unclean.touch()
        made: list[Landed] = []

        def landed() -> tuple[str, Landed]:
            load_id = dlt.current.load_package_state()["load_id"]
            if not made:
                made.append(parse(load_id))
            return load_id, made[0]

        pipeline = self._pipeline()
        pipeline.extract(_source(self.operator, tables, landed, create))
        pipeline.normalize()
        # dlt would open the file once per step and table, and does not wait for other programs
        with opened(self.raw, self.wait_s, read_only=False) as connection:
            pipeline.load(credentials=connection)
        self._unclean.unlink()
        return made[0]

    def lacks_tables(self) -> bool:
        """Whether the catalogue names tables or columns that the database does not have."""
        with opened(self.raw, self.wait_s) as connection:
            found = connection.execute(
                "select table_name, column_name from duckdb_columns() where schema_name = ?",
                [self.operator],
            ).fetchall()
        return not {(t, c) for t, s in self.schemas.items() for c in s.names} <= set(found)


def _source(
    operator: str,
    schemas: dict[str, pa.Schema],
    landed: Callable[[], tuple[str, Landed]],
    create: bool,
) -> dlt.sources.DltSource:
    """One resource per table; the first one that dlt asks runs the parsing for all."""

    def items(name: str) -> Iterator:
        load_id, batch = landed()
        if create:
            yield schemas[name].empty_table()
        elif name in batch.parquet:
            yield dlt.mark.with_file_import(str(batch.parquet[name]), "parquet", batch.rows[name])
        elif name in LEDGER_TABLES:
            rows = {
                "_files": batch.files,
                "_outcomes": batch.outcomes,
                "_rejected_rows": batch.rejected,
            }[name]
            if rows:
                yield ledger_table(name, rows, load_id)

    @dlt.source(name=operator, max_table_nesting=0)
    def source():
        for name, schema in schemas.items():
            columns = {
                f.name: {"name": f.name, "nullable": True, **_DLT_TYPES[f.type]} for f in schema
            }
            yield dlt.resource(
                items,
                name=name,
                columns=columns,
                write_disposition="append",
            )(name)

    return source()


def _create(raw: Path) -> None:
    if raw.exists():
        return
    raw.parent.mkdir(parents=True, exist_ok=True)
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{raw}' (storage_version '{STORAGE_VERSION}')")
