"""A day of the 60-day SCED disclosure against DuckDB's own CSV reader, in one run.

    python bench/disclosure.py

One zip with the member of generation resources: 1,300 resources in 288 runs, all columns of the
contract, about 400 MB unpacked. The peer is `create table as select * from read_csv(...)` with the
same types on the unzipped bytes, into a database file; ours is the whole landing from a folder
(`bench/landing.py`). Limit: 2 times the peer, 3 GB of memory.
"""

from __future__ import annotations

import statistics
import tempfile
import zipfile
from pathlib import Path

import duckdb
from landing import ours, seconds_of

from extract.catalogue import Table, load_catalogue

LIMIT, MEMORY_LIMIT_GB, ROUNDS = 2.0, 3.0, 3
MEMBER = "60d_SCED_Gen_Resource_Data-06-SEP-26.csv"
CONTAINER = "rpt.00013052.0000000000000000.20260906.080000.60_Day_SCED_Disclosure.zip"
SQL_TYPES = {"text": "varchar", "bigint": "double"}


def table() -> Table:
    feed = load_catalogue()["ercot_np3_965_er"]
    return next(t for t in feed.tables if t.name.endswith("__gen_resources"))


def cell(place: int, name: str, data_type: str) -> str:
    """SQL of a column's text: most of the offer curves are blank, as in the published files."""
    special = {
        "sced_timestamp": "strftime(run, '%m/%d/%Y %H:%M:%S')",
        "repeated_hour_flag": "'N'",
        "qse": "'QSE' || n % 90",
        "resource_name": "'STATION' || n || '_UNIT' || n % 4",
        "resource_type": "['PVGR', 'WIND', 'CCGT90', 'PWRSTR'][1 + n % 4]",
    }
    if name in special:
        return special[name]
    if data_type == "text":
        return "'ON'"
    if place % 5 > 1:
        return "''"
    return f"printf('%.9f', (hash(n * 1000 + {place} + epoch(run)) % 2000000) / 9000.0)"


def make(folder: Path, columns: Table) -> Path:
    """The zip in `folder`; returns the unzipped member beside it."""
    plain = folder.parent / MEMBER
    cells = ", ".join(
        f'{cell(place, c.name, c.data_type)} as "{c.source_name}"'
        for place, c in enumerate(columns.columns)
    )
    duckdb.sql(
        f"""
        copy (
            select {cells}
            from range(timestamp '2026-07-08 00:00:21', timestamp '2026-07-09', interval 5 minutes)
                as runs(run), range(1300) as resources(n)
        ) to '{plain}' (header, quote '', delimiter ',')
        """
    )
    with zipfile.ZipFile(folder / CONTAINER, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(plain, MEMBER)
    return plain


def peer(columns: Table) -> str:
    types = ", ".join(
        f"'{c.source_name}': '{SQL_TYPES.get(c.data_type, c.data_type)}'" for c in columns.columns
    )
    return (
        "create table resources as from read_csv($path$, header = true, auto_detect = false, "
        "delim = ',', quote = '\"', escape = '\"', timestampformat = '%m/%d/%Y %H:%M:%S', "
        f"columns = {{{types}}})"
    )


def main() -> bool:
    columns = table()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        files = root / "files"
        files.mkdir()
        plain = make(files, columns)
        size = plain.stat().st_size / 1e6
        print(f"{len(columns.columns)} columns, {size:.0f} MB unpacked")
        ratios, memory = [], 0.0
        for number in range(ROUNDS):
            theirs = seconds_of(peer(columns).replace("$path$", repr(str(plain))), root)
            seconds, used, rows = ours(files, root / f"data{number}")
            ratios.append(seconds / theirs)
            memory = max(memory, used)
            print(
                f"{rows:,} rows; read_csv {theirs:.2f} s, landing {seconds:.2f} s, "
                f"ratio {ratios[-1]:.2f}, memory {used:.2f} GB",
                flush=True,
            )
    ratio = statistics.median(ratios)
    good = ratio <= LIMIT and memory <= MEMORY_LIMIT_GB
    print(f"median ratio {ratio:.2f} (limit {LIMIT}): {'ok' if good else 'TOO SLOW'}")
    return good


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
