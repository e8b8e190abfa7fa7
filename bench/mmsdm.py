"""A month of a large MMSDM table, landed and read, against NEMOSIS building its frame of it.

    python bench/mmsdm.py                         NEMOSIS in this environment
    python bench/mmsdm.py --peer-python PYTHON    NEMOSIS in another one

The table is written as AEMO writes DISPATCHLOAD since 2026: 500 units, 28 days, 4,032,000 rows of
69 columns, 960 MB in a zip. NEMOSIS fetches it from a local server, unpacks it and returns its
frame with types, once of all columns and once of its 25 default ones. Ours is the whole landing
from a folder (recognise, hash, archive, check each line and the footer, parse all columns of the
contract, load with lineage, ledger), and then what was landed, or those of the 25, read as one
table. Limits: a tenth of NEMOSIS's time for all columns, 2 GB of memory while landing.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import duckdb

from extract.catalogue import Table, load_catalogue

LIMIT, MEMORY_LIMIT_GB, ROUNDS = 0.1, 2.0, 3
FEED, RECORD = "nem_next_day_dispatch", "D,DISPATCH,UNIT_SOLUTION,6"
MONTH, UNITS, DAYS = "2026-03", 500, 28
NAME = "PUBLIC_ARCHIVE#DISPATCHLOAD#FILE01#202603010000"
CASES = {"all columns": "'all'", "default columns": "None"}
PEER = """
import functools, http.server, logging, sys, tempfile, threading, time, warnings
import nemosis, nemosis.defaults
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_): pass
handler = functools.partial(Quiet, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
nemosis.defaults.aemo_mms_url = f"http://127.0.0.1:{server.server_port}/{{3}}.zip"
columns = COLUMNS
with tempfile.TemporaryDirectory() as cache:
    started = time.perf_counter()
    frame = nemosis.dynamic_data_compiler(
        "2026/03/01 00:00:00", "2026/03/29 00:00:00", "DISPATCHLOAD", cache,
        select_columns=columns, fformat="csv" if columns else "feather",
    )
    print(time.perf_counter() - started, len(frame), ",".join(frame.columns))
"""


def table() -> Table:
    return load_catalogue()[FEED].tables[0]


def header() -> list[str]:
    """Published names of the table's columns, those that we do not land among them."""
    landed = [(c.source_name or c.name).upper() for c in table().columns]
    return [*landed, *table().ignore_columns]


def cell(place: int, name: str) -> str:
    """SQL of a column's text: quotes around times, many zeros and blanks, as AEMO writes it."""
    value = f"(hash(u * 7 + epoch(t) + {place}) % 30000) / 100.0"
    special = {
        "SETTLEMENTDATE": "strftime(t, '\"%Y/%m/%d %H:%M:%S\"')",
        "LASTCHANGED": "strftime(t - interval 295 seconds, '\"%Y/%m/%d %H:%M:%S\"')",
        "DISPATCHMODETIME": "''",
        "RUNNO": "1",
        "DUID": "'UNIT' || lpad(u::varchar, 4, '0')",
        "CONNECTIONPOINTID": "'CP' || u",
        "INTERVENTION": "0",
        "INITIALMW": value,
        "TOTALCLEARED": value,
        "AVAILABILITY": value,
        "UIGF": f"case when u % 3 = 0 then {value} end",
        "DISPATCHINTERVAL": "strftime(t - interval 245 minutes, '%Y%m%d') || '001'",
    }
    if name in special:
        return f"coalesce(({special[name]})::varchar, '')"
    if name.startswith(("MARGINAL", "VIOLATION")) or name.endswith(("EPF", "STORAGE", "MODE")):
        return "''"
    return f"(case when u % 4 = 0 then hash(u + {place}) % 60 else 0 end)::varchar"


def make(folder: Path) -> int:
    """The month's zip in `folder`; returns its number of rows."""
    names, plain = header(), folder.parent / f"{NAME}.CSV"
    cells = ", ".join(cell(place, name) for place, name in enumerate(names))
    rows = folder.parent / "rows.csv"
    duckdb.sql(
        f"""
        copy (
            select concat_ws(',', '{RECORD}', {cells})
            from
                range(
                    timestamp '{MONTH}-01 00:05', timestamp '{MONTH}-{DAYS + 1} 00:05',
                    interval 5 minutes
                ) as intervals(t),
                range({UNITS}) as units(u)
        ) to '{rows}' (header false, quote '', delimiter '\x01')
        """
    )
    count = UNITS * DAYS * 288
    with plain.open("wb") as out, rows.open("rb") as body:
        stamp = "2026/04/07,14:19:14,001775535554914,MONTHLY_ARCHIVE,001775535554914"
        out.write(f"C,SETP.WORLD,DVD_DISPATCHLOAD,AEMO,PUBLIC,{stamp}\n".encode())
        out.write(f"I{RECORD[1:]},{','.join(names)}\n".encode())
        while block := body.read(1 << 24):
            out.write(block)
        out.write(f'C,"END OF REPORT",{count + 3}\n'.encode())
    with zipfile.ZipFile(folder / f"{NAME}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, plain.name)
    rows.unlink()
    plain.unlink()
    return count


def theirs(python: str, folder: Path, columns: str) -> tuple[float, int, list[str]]:
    """Seconds, rows and columns of NEMOSIS's frame. Raises SystemExit without NEMOSIS."""
    code = PEER.replace("COLUMNS", columns)
    done = subprocess.run(
        [python, "-c", code, str(folder)], check=True, stdout=subprocess.PIPE, text=True
    )
    seconds, rows, names = done.stdout.split()[-3:]
    return float(seconds), int(rows), names.split(",")


def ours(*arguments: object) -> list[float]:
    """What `land` or `read` printed, in a process of its own: memory is that of its work alone."""
    done = subprocess.run(
        [sys.executable, __file__, *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return [float(word) for word in done.stdout.splitlines()[-1].split()]


def land(folder: Path, data: Path) -> None:
    from extract.run import Run

    catalogue = load_catalogue()
    with Run(data, catalogue) as run:
        run.known_of("nem")  # tables exist, as in every run but the first
        started = time.perf_counter()
        run.from_folder(folder, [catalogue[FEED]])
        seconds = time.perf_counter() - started
    if run.report.problems:
        raise SystemExit("\n".join(run.report.problems))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{seconds:.3f} {memory:.3f} {run.report.rows}")


def read(data: Path, columns: str) -> None:
    """Print seconds and rows of `columns` (all of the contract for none) as one Arrow table."""
    of = table()
    chosen = [c.name for c in of.columns]
    if columns:
        chosen = [name for name in chosen if name in columns.lower().split(",")]
    started = time.perf_counter()
    with duckdb.connect(str(data / "raw.duckdb"), read_only=True) as connection:
        rows = connection.sql(f"select {', '.join(chosen)} from nem.{of.name}")
        count = rows.to_arrow_table().num_rows
    print(f"{time.perf_counter() - started:.3f} {count}")


def main(python: str) -> bool:
    has_peer = not subprocess.run(
        [python, "-c", "import nemosis"], stderr=subprocess.DEVNULL
    ).returncode
    ratios: dict[str, list[float]] = {case: [] for case in CASES}
    memories = []
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        folder = root / "files"
        folder.mkdir()
        expected = make(folder)
        for number in range(ROUNDS):
            data = root / f"data{number}"
            seconds, memory, rows = ours("--land", folder, data)
            memories.append(memory)
            print(f"landing {rows:,.0f} rows: {seconds:.2f} s, {memory:.2f} GB", flush=True)
            if rows != expected:
                raise SystemExit(f"{rows:,.0f} rows landed, the file has {expected:,}")
            for case, columns in CASES.items():
                peer, count, names = theirs(python, folder, columns) if has_peer else (0, rows, [])
                extra, found = ours("--read", data, "" if "all" in case else ",".join(names))
                if {count, found} != {rows}:
                    raise SystemExit(f"{case}: {count:,} and {found:,.0f} rows, not {rows:,.0f}")
                line = f"{case}: landing and reading {seconds + extra:.2f} s"
                if has_peer:
                    ratios[case].append((seconds + extra) / peer)
                    line += f", NEMOSIS {peer:.1f} s, ratio {ratios[case][-1]:.3f}"
                print(line, flush=True)
    good = max(memories) <= MEMORY_LIMIT_GB
    print(f"memory {max(memories):.2f} GB (limit {MEMORY_LIMIT_GB})")
    for case, found in ratios.items():
        if found:
            ratio = statistics.median(found)
            limit = f"(limit {LIMIT})" if "all" in case else "(no limit: we land all of them)"
            good = good and (ratio <= LIMIT or "all" not in case)
            print(f"{case}: median ratio {ratio:.3f} {limit}")
    if not has_peer:
        print(f"NEMOSIS is not installed for {python}: pip install nemosis (the extra `bench`)")
        return False
    return good


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--land", nargs=2, type=Path)
    parser.add_argument("--read", nargs=2)
    given = parser.parse_args()
    if given.land:
        land(*given.land)
    elif given.read:
        read(Path(given.read[0]), given.read[1])
    else:
        raise SystemExit(0 if main(given.peer_python) else 1)
