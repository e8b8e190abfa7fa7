"""Sweep old entries of the ledger that nothing rests on any more.

What decides whether a publication is fetched or landed again is the same afterwards, and every
landed row keeps its file and the attempts that read it:

- Of `_outcomes`, attempts that are not among the newest of their feed, unless they say how a file
  of `_files` was read, or are downloads that still tell what was asked when (`ASKED_DAYS`).
- Of `_files`, quarantined files whose bytes the archive has no more, of publications all of whose
  files were quarantined: such a publication is asked for again with or without its entry. Their
  `_rejected_rows` go with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from extract.archive import Archive, Entry
from extract.catalogue import Catalogue
from extract.ledger import ASKED_DAYS, has_table
from extract.locks import lock, opened


@dataclass(slots=True)
class Pruned:
    """How many rows of an operator's ledger went, or would go."""

    operator: str
    attempts: int = 0
    files: int = 0
    rejected_rows: int = 0


_COMPLETE = "_dlt_load_id in (select load_id from {schema}._dlt_loads where status = 0)"

_QUARANTINED = f"""
    create temp table quarantined as
    select
        rowid as id,
        *,
        bool_and(status = 'quarantined') over (partition by source_key) as is_hopeless,
        row_number() over (
            partition by feed, status = 'quarantined' order by loaded_at desc, rowid desc
        ) as place
    from {{schema}}._files
    where {_COMPLETE}
    qualify status = 'quarantined' and is_hopeless and rows_landed = 0 and place > ?
"""

_OLD_ATTEMPTS = f"""
    create temp table old_attempts as
    select
        rowid as id,
        row_number() over (
            partition by feed order by loaded_at desc, attempted_at desc, rowid desc
        ) as place
    from {{schema}}._outcomes
    where {_COMPLETE}
    qualify
        place > ?
        and not (
            kind = 'download'
            and outcome = 'ok'
            and attempted_at > now() - interval {ASKED_DAYS} day
        )
        and (
            file_id is null
            or outcome = 'not_modified'
            or file_id not in (select file_id from {{schema}}._files)
        )
"""


def prune(
    data: Path,
    catalogue: Catalogue,
    archive: Path | None = None,
    *,
    keep: int,
    dry_run: bool = False,
    lock_wait_s: float = 30.0,
) -> list[Pruned]:
    """Prune the ledgers of all operators, of each feed to its newest `keep` entries of a kind.

    With `dry_run` everything is rolled back. Takes the locks of an extraction and of `raw.duckdb`.
    """
    raw = data / "raw.duckdb"
    if not raw.exists():
        return []
    with lock(data, "extract", lock_wait_s), lock(data, "raw", lock_wait_s):
        gone = _Gone(Archive(archive or data / "archive"))
        with opened(raw, lock_wait_s, read_only=False) as connection:
            return [
                _prune_operator(connection, operator, gone, keep, dry_run)
                for operator in catalogue.operators
                if has_table(connection, operator, "_outcomes")
            ]


class _Gone:
    """Tells of a row of `_files` whether the archive has lost its bytes."""

    def __init__(self, archive: Archive):
        self.archive = archive
        self.entries = {(e.feed, e.key, e.sha256): e for e in archive.entries()}

    def __call__(self, feed: str, key: str, archive_sha256: str) -> bool:
        entry = self.entries.get((feed, key, archive_sha256))
        return entry is None or not self._is_there(entry)

    def _is_there(self, entry: Entry) -> bool:
        if entry.pack is None:
            return self.archive.path(entry.sha256).exists()
        pack = self.archive.packs / entry.pack
        return pack.exists() and pack.stat().st_size >= entry.offset + entry.bytes


def _prune_operator(
    connection: duckdb.DuckDBPyConnection, operator: str, gone: _Gone, keep: int, dry_run: bool
) -> Pruned:
    def run(sql: str, *values: object) -> duckdb.DuckDBPyConnection:
        return connection.execute(sql.format(schema=f'"{operator}"'), list(values))

    pruned = Pruned(operator)
    run("begin")
    run(_QUARANTINED, keep)
    rows = run("select id, feed, source_key, archive_sha256 from quarantined").fetchall()
    lost = [row_id for row_id, *file in rows if gone(*file)]
    if lost:
        run("delete from quarantined where not list_contains(?, id)", lost)
        pruned.files = _count(
            run("delete from {schema}._files where rowid in (select id from quarantined)")
        )
        pruned.rejected_rows = _count(
            run(
                "delete from {schema}._rejected_rows "
                "where file_id in (select file_id from quarantined) "
                "and file_id not in (select file_id from {schema}._files)"
            )
        )
    run(_OLD_ATTEMPTS, keep)  # now that it is known which files there are
    pruned.attempts = _count(
        run("delete from {schema}._outcomes where rowid in (select id from old_attempts)")
    )
    run("drop table quarantined")
    run("drop table old_attempts")
    run("rollback" if dry_run else "commit")
    return pruned


def _count(done: duckdb.DuckDBPyConnection) -> int:
    return done.fetchone()[0]
