"""Excel workbooks: each sheet that a table names is read like a CSV of its own."""

from __future__ import annotations

import errno
import json
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from extract.catalogue import Feed, Table, normalize_header
from extract.parse import plain_csv, sheets
from extract.parse.cells import csv_text
from extract.parse.sections import Content, Quarantine, Section

HEADER_WITHIN = 50  # rows in which the header is looked for: titles stand above it
MAX_UNPACKED = 2 * 1024**3
WITHIN_S = 600
# how a process ends that its own library brings down, and nobody from outside
_ENDS_BY_ITSELF = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE)


def is_workbook(data: bytes) -> bool:
    """Whether this begins as a workbook does: packed, or in the form before 2007."""
    return data.startswith((b"PK", b"\xd0\xcf\x11\xe0"))


def read(feed: Feed, member: str, data: bytes, content: Content) -> Iterator[Section]:
    """Sections of the sheets that the feed's tables name, in the workbook's order.

    Raises Quarantine for what is no workbook, for one without any of the sheets, and for a sheet
    without the header that its table asks for.
    """
    _check_size(member, data)
    found = _sheets(member, data)
    content.whole = True
    landed, others = [], []
    for sheet, problem, rows in found:
        name = f"{member}[{sheet}]"
        table = next((t for t in feed.tables if t.holds(name)), None)
        if table is None:
            others.append(sheet)
            continue
        landed.append(sheet)
        if rows is None:
            raise Quarantine(f"{name}: {problem}")
        text = _below_header(table, name, rows, content)
        yield from plain_csv.read(feed, name, iter([text]), content)
    others = [s for s in others if not feed.ignores(s)]
    if not landed:
        raise Quarantine(f"{member}: none of its sheets is one of the feed's: {', '.join(others)}")
    if others:
        content.notes.append(f"sheet(s) not read: {', '.join(others)}")


def _sheets(member: str, data: bytes) -> list[tuple[str, str | None, pa.Table | None]]:
    """Name, problem and rows of each sheet.

    Raises Quarantine for what cannot be read, ChildProcessError where the process that reads it
    failed for a reason of its own.
    """
    program = [sys.executable, "-P", sheets.__file__]
    try:
        done = subprocess.run(program, input=data, capture_output=True, timeout=WITHIN_S)
    except subprocess.TimeoutExpired:
        raise Quarantine(f"{member}: could not be read within {WITHIN_S} s") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        reason = f"{member}: not a workbook that can be read: {said[-1][:500]}"
        if done.returncode in (sheets.NO_WORKBOOK, *_ENDS_BY_ITSELF):
            raise Quarantine(reason)
        raise ChildProcessError(errno.ECHILD, f"{reason} (status {done.returncode})")
    out, found = BytesIO(done.stdout), []
    while line := out.readline():
        sheet = json.loads(line)
        rows = pa.ipc.open_stream(out).read_all() if sheet["problem"] is None else None
        found.append((sheet["name"], sheet["problem"], rows))
    return found


def _below_header(table: Table, name: str, rows: pa.Table, content: Content) -> bytes:
    """CSV text of the header row and what follows it, without blank rows and the footer."""
    for at in range(min(HEADER_WITHIN, rows.num_rows)):
        cells = [column[at].as_py() or "" for column in rows.columns]
        header = {normalize_header(c) for c in cells}
        if all(header.intersection(c.source_names) for c in table.required):
            below = rows.slice(at + 1)
            if table.stacked_header:
                cells, below = _stacked(table, cells, below)
            below = below.filter(pc.invert(_all_null(below)))
            footer = _footer_rows(table, cells, below)
            content.ignored_rows += footer
            return csv_text(cells, below.slice(0, below.num_rows - footer).columns)
    raise Quarantine(
        f"{name}: none of the first {HEADER_WITHIN} rows holds the columns of table {table.name} ("
        f"{', '.join(c.source_names[0] for c in table.required)})"
    )


def _footer_rows(table: Table, header: list[str], rows: pa.Table) -> int:
    """How many rows at the end lack the column that a footer lacks."""
    names = next((c.source_names for c in table.columns if c.name == table.footer_lacks), ())
    for cell, column in zip(header, rows.columns, strict=True):
        if normalize_header(cell) in names:
            filled = np.flatnonzero(pc.is_valid(column).to_numpy(zero_copy_only=False))
            return rows.num_rows - (int(filled[-1]) + 1 if len(filled) else 0)
    return 0


def _stacked(table: Table, cells: list[str], below: pa.Table) -> tuple[list[str], pa.Table]:
    """The columns' whole names, and the rows below the last row of them."""
    names = [normalize_header(c) for c in cells]
    keys = {n for c in table.columns if c.key for n in c.source_names}
    at_key = [below.column(place) for place, name in enumerate(names) if name in keys]
    rows = 0
    while rows < below.num_rows and not all((c[rows].as_py() or "").strip() for c in at_key):
        rows += 1
    whole = [
        " ".join(" ".join([cell, *(t or "" for t in column.slice(0, rows).to_pylist())]).split())
        for cell, column in zip(cells, below.columns, strict=True)
    ]
    return whole, below.slice(rows)


def _all_null(rows: pa.Table) -> pa.Array:
    blank = pa.repeat(pa.scalar(True), rows.num_rows)
    for column in rows.columns:
        blank = pc.and_(blank, pc.is_null(column))
    return blank


def _check_size(member: str, data: bytes) -> None:
    if not data.startswith(b"PK"):
        return  # the form before 2007 is not packed
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Quarantine(f"{member}: not a whole workbook: {error}") from error
    if unpacked > MAX_UNPACKED:
        raise Quarantine(f"{member}: unpacks to {unpacked:,} bytes, more than {MAX_UNPACKED:,}")
