"""Landing against DuckDB's own CSV reader, in one run.

    python bench/landing.py            both cases
    python bench/landing.py one        one 200 MB CSV
    python bench/landing.py many       3,000 zips of 1,000 rows each

The peer is `create table as select * from read_csv(...)` with the same types on the unzipped bytes,
into a database file. Ours is the whole landing from a folder: recognise, hash, archive, parse, dlt
load with lineage columns, ledger. Limit: 2 times the peer, 1.5 GB of memory.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

LIMIT, MEMORY_LIMIT_GB, ROUNDS = 2.0, 1.5, 5
TYPES = (
    "{'DeliveryDate': 'date', 'HourEnding': 'varchar', 'SettlementPoint': 'varchar', "
    "'SettlementPointPrice': 'double', 'DSTFlag': 'varchar'}"
)
PEER = (
    "create table prices as from read_csv($path$, header = true, auto_detect = false, "
    "delim = ',', quote = '\"', escape = '\"', dateformat = '%m/%d/%Y', columns = " + TYPES + ")"
)
ROWS = """
    select
        strftime(date '2016-01-01' + (i // 24000)::integer, '%m/%d/%Y') as "DeliveryDate",
        format('{{:02d}}:00', (1 + (i // 1000) % 24)::integer) as "HourEnding",
        'NODE_' || lpad((i % 1000)::varchar, 4, '0') || '_RN' as "SettlementPoint",
        ' ' || round(hash(i) % 10500 / 100.0 - 5, 2) as "SettlementPointPrice",
        'N' as "DSTFlag"
    from range({start}, {end}) as t(i)
"""


def name(n: int) -> str:
    """The name of the file published `n` seconds after midnight."""
    clock = datetime(2026, 1, 1) + timedelta(seconds=n)
    return f"cdr.00012331.0000000000000000.20260101.{clock:%H%M%S}.DAMSPNP4190"


def make_one(folder: Path) -> str:
    """One CSV of about 200 MB; returns the peer's path."""
    path = folder / f"{name(0)}.csv"
    rows = ROWS.format(start=0, end=5_200_000)
    duckdb.sql(f"copy ({rows}) to '{path}' (header, quote '', delimiter ',')")
    return str(path)


def make_many(folder: Path) -> str:
    """3,000 zips of one CSV with 1,000 rows each; returns the peer's glob of the unzipped."""
    plain = folder.parent / "unzipped"
    plain.mkdir()
    for n in range(3_000):
        stem = name(n)
        rows = duckdb.sql(ROWS.format(start=n * 1000, end=(n + 1) * 1000)).fetchall()
        text = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n" + "".join(
            ",".join(row) + "\n" for row in rows
        )
        (plain / f"{stem}.csv").write_text(text)
        with zipfile.ZipFile(folder / f"{stem}_csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{stem}.csv", text)
    return str(plain / "*.csv")


def seconds_of(statement: str, folder: Path) -> float:
    """How long a statement takes in a new database file."""
    path = folder / "peer.duckdb"
    path.unlink(missing_ok=True)
    started = time.perf_counter()
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)
    return time.perf_counter() - started


def ours(files: Path, data: Path) -> tuple[float, float, int]:
    """Seconds, peak memory in GB and rows of one landing, in a process of its own."""
    result = subprocess.run(
        [sys.executable, __file__, "land", str(files), str(data)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, memory, rows = result.stdout.split()[-3:]
    return float(seconds), float(memory), int(rows)


def land(files: Path, data: Path) -> None:
    from extract.catalogue import load_catalogue
    from extract.run import Run

    catalogue = load_catalogue()
    with Run(data, catalogue) as run:
        run.known_of("ercot")  # tables exist, as in every run but the first
        started = time.perf_counter()
        run.from_folder(files, list(catalogue))
        seconds = time.perf_counter() - started
    if run.report.problems:
        raise SystemExit("\n".join(run.report.problems))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{seconds:.3f} {memory:.3f} {run.report.rows}")


def case(kind: str) -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        files = root / "files"
        files.mkdir()
        source = {"one": make_one, "many": make_many}[kind](files)
        ratios = []
        for number in range(ROUNDS):
            theirs = seconds_of(PEER.replace("$path$", repr(source)), root)
            seconds, memory, rows = ours(files, root / f"data{number}")
            ratios.append(seconds / theirs)
            print(
                f"{kind:>5}: {rows:,} rows; read_csv {theirs:.2f} s, landing {seconds:.2f} s, "
                f"ratio {ratios[-1]:.2f}, memory {memory:.2f} GB",
                flush=True,
            )
        ratio = statistics.median(ratios)
        good = ratio <= LIMIT and memory <= MEMORY_LIMIT_GB
        print(
            f"{kind:>5}: median ratio {ratio:.2f} (limit {LIMIT}): {'ok' if good else 'TOO SLOW'}"
        )
        return good


if __name__ == "__main__":
    if sys.argv[1:2] == ["land"]:
        land(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        results = [case(n) for n in sys.argv[1:] or ["one", "many"]]
        raise SystemExit(0 if all(results) else 1)
