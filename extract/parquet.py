"""Parquet files as DuckDB loads them fastest."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP = 122_880  # DuckDB's own row group: it loads aligned Parquet without re-packing


class TableWriter:
    """A Parquet file with aligned row groups, written beside the parsing."""

    def __init__(self, path: Path, schema: pa.Schema):
        self.path, self.schema = path, _dictionary_encoded(schema)
        self.options = _plain(schema)
        self.writer = pq.ParquetWriter(path, self.schema, **self.options)
        self.pool = ThreadPoolExecutor(1)
        self.job: Future | None = None
        self.waiting: list[pa.Table] = []
        self.count = 0
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        self.waiting.append(table)
        self.count += table.num_rows
        if self.count >= ROW_GROUP:
            self._submit(self.count - self.count % ROW_GROUP)

    def _submit(self, rows: int) -> None:
        whole = pa.concat_tables(self.waiting).unify_dictionaries()
        rest = whole.slice(rows)
        self.waiting, self.count = [rest], rest.num_rows
        self._wait()
        self.job = self.pool.submit(self._write, whole.slice(0, rows))

    def _write(self, table: pa.Table) -> None:
        self.writer.write_table(table, row_group_size=ROW_GROUP)
        self.rows += table.num_rows

    def _wait(self) -> None:
        if self.job:
            self.job.result()
            self.job = None

    def close(self, discarded: set[str]) -> int:
        """Write the rest; returns the rows in the file, without those of `discarded` files."""
        if self.count:
            self._submit(self.count)
        self._wait()
        self.pool.shutdown()
        self.writer.close()
        if discarded and self.rows:
            self._drop(discarded)
        return self.rows

    def _drop(self, discarded: set[str]) -> None:
        source = pq.ParquetFile(self.path)
        bad = pa.array(sorted(discarded), pa.string())
        part = self.path.with_suffix(".part")
        self.rows = 0
        with pq.ParquetWriter(part, self.schema, **self.options) as out:
            for batch in source.iter_batches(ROW_GROUP):
                keep = batch.filter(pc.invert(pc.is_in(batch.column("_file_id"), bad)))
                self.rows += keep.num_rows
                if keep.num_rows:
                    out.write_batch(keep)
        part.replace(self.path)


def _plain(schema: pa.Schema) -> dict:
    """Options of a file that is read once: nothing in it that costs more to write than to skip."""
    repeated = [f.name for f in schema if not pa.types.is_floating(f.type)]
    repeated.remove("_row_number")
    return {"compression": "none", "use_dictionary": repeated, "write_statistics": False}


def _dictionary_encoded(schema: pa.Schema) -> pa.Schema:
    """`schema` with its per-file text as dictionaries: thousands of rows share one value."""
    for name in ("_file_id", "_dlt_load_id"):
        place = schema.get_field_index(name)
        schema = schema.set(place, pa.field(name, pa.dictionary(pa.int32(), pa.string())))
    return schema
