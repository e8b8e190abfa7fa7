"""Running the command in processes of its own, and comparing the marts that it made."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb

# attempts of the runs themselves, and how late each feed was when a build looked
NOT_COMPARED = {"fct_feed_outcomes", "fct_feed_lag"}
STAMPS = {
    "_loaded_at", "_fetched_at", "_built_at", "fetched_at", "loaded_at", "last_loaded_at", "run_id",
}  # fmt: skip
# which load is the worst one depends on how often the runs loaded, and which records were ever
# listed and then revoked on what was on file whenever was built
ONLY = {
    "fct_reconciliations": "where check_name <> 'ledger_rows'",
    "records": "where revoked_at is null",
}
HANGS_S = 1800  # a command that takes longer fails its test
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]


def environment(data: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "GRIDHOUSE_DATA": str(data), **more}


def gridhouse(
    data: Path, *arguments: str, code: int | None = 0, **env: str
) -> subprocess.CompletedProcess:
    """Run one command to its end; fails the test unless it ends with `code`."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=environment(data, **env),
        capture_output=True,
        text=True,
        timeout=HANGS_S,
    )
    if code is not None:
        assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    return done


def extract_and_build(data: Path, files: Path) -> tuple[float, float]:
    """Both to the end; returns the seconds that each took."""
    started = time.monotonic()
    gridhouse(data, "extract", "--from", str(files))
    extracted = time.monotonic()
    gridhouse(data, "build")
    return extracted - started, time.monotonic() - extracted


def marts(data: Path) -> dict[str, tuple[str, int]]:
    """Table -> (hash of all its rows without the stamps of the run, number of rows).

    Of methods the live run: how many there were before it depends on how often was built.
    """
    with duckdb.connect(str(data / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
        return {name: _digest(connection, name) for (name,) in names if name not in NOT_COMPARED}


def _digest(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[str, int]:
    columns = [c for (c, *_) in connection.execute(f"describe marts.{name}").fetchall()]
    listed = ", ".join(f'"{c}"' for c in columns if c not in STAMPS)
    only = ONLY.get(name, "where is_live" if "is_live" in columns else "")
    return connection.execute(
        "select md5(string_agg(t::text, '' order by t::text)), count(*) "
        f"from (select {listed} from marts.{name} {only}) as t"
    ).fetchone()
