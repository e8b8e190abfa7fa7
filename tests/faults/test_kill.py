"""Runs killed at random moments end in the same marts as an undisturbed run, row for row.

`GRIDHOUSE_KILLS` (default 4) kills are spread over extract and build, first runs and incremental
ones. `make test-all` runs it; 100 kills take about half an hour.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

import synthetic

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("GRIDHOUSE_KILLS", "4"))
SEED = int(os.environ.get("GRIDHOUSE_KILL_SEED", "20260101"))
PER_ROUND = 5  # kills before a folder is brought to its end and compared
NOT_COMPARED = {"fct_feed_outcomes", "fct_files"}  # attempts and stamps of the runs themselves
STAMPS = ("_loaded_at", "_fetched_at", "_built_at", "fetched_at", "loaded_at")
RUN = [sys.executable, "-c", "from gridhouse.cli import app; app()"]


def job(data: Path, files: Path) -> list[list[str]]:
    return [[*RUN, "extract", "--from", str(files)], [*RUN, "build"]]


def run_to_the_end(data: Path, files: Path) -> float:
    started = time.monotonic()
    for command in job(data, files):
        done = subprocess.run(command, env=environment(data), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return time.monotonic() - started


def run_and_kill(data: Path, files: Path, after: float) -> str:
    """Start the job and SIGKILL whatever runs `after` seconds later; says what was hit."""
    deadline = time.monotonic() + after
    for command in job(data, files):
        process = subprocess.Popen(
            command,
            env=environment(data),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while process.poll() is None:
            if time.monotonic() >= deadline:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return command[3]
            time.sleep(0.01)
    return "nothing"


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "GRIDHOUSE_DATA": str(data)}


def marts(data: Path) -> dict[str, list[tuple]]:
    """All public rows: table -> sorted rows, without the stamps of the run."""
    with duckdb.connect(str(data / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
        tables = {}
        for (name,) in names:
            if name in NOT_COMPARED:
                continue
            columns = [
                column
                for (column, *_) in connection.execute(f"describe marts.{name}").fetchall()
                if column not in STAMPS
            ]
            listed = ", ".join(f'"{c}"' for c in columns)
            tables[name] = connection.execute(
                f"select md5(string_agg(t::text, '' order by t::text)), count(*) "
                f"from (select {listed} from marts.{name}) as t"
            ).fetchall()
        return tables


@pytest.fixture(scope="module")
def batches(tmp_path_factory) -> list[Path]:
    """Two folders: files of the first run, then those of a later one (with a correction)."""
    return synthetic.two_batches(tmp_path_factory.mktemp("batches"))


@pytest.fixture(scope="module")
def undisturbed(batches, tmp_path_factory) -> tuple[Path, list[float]]:
    data = tmp_path_factory.mktemp("undisturbed")
    return data, [run_to_the_end(data, files) for files in batches]


def test_killed_runs_end_in_the_same_marts(batches, undisturbed, tmp_path):
    reference, seconds = undisturbed
    expected = marts(reference)
    assert sum(rows[0][1] for rows in expected.values()) > 1000
    chance = random.Random(SEED)
    hit: dict[str, int] = {}
    done = 0
    while done < KILLS:
        data = tmp_path / f"killed{done}"
        for files, length, kills in zip(batches, seconds, (PER_ROUND // 2, PER_ROUND), strict=True):
            for _ in range(min(kills, KILLS - done)):
                what = run_and_kill(data, files, chance.uniform(0, length))
                hit[what] = hit.get(what, 0) + 1
                done += 1
            run_to_the_end(data, files)
        assert marts(data) == expected, f"seed {SEED}, round ending at kill {done}"
        shutil.rmtree(data)
    print(f"{done} kills: {hit}")
    assert hit.get("extract") and (KILLS < 4 or hit.get("build"))
