"""The sheets of a workbook as columns of text, read in a process of their own.

The reader's library answers some damaged workbooks by ending its process (sizes in them are
believed, and the memory for them asked for); a file must not end the run. This module is also the
program of that process, and so imports nothing of ours.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
from dataclasses import dataclass

import fastexcel
import pyarrow as pa

MEMORY = 8 * 1024**3  # of addresses, for a workbook of at most `workbook.MAX_UNPACKED`
WITHIN_S = 600


class NoWorkbook(Exception):
    """The reader gave up; the message is its reason."""


@dataclass(slots=True)
class Sheet:
    """All cells as text, from the first row on; `problem` says why there are none."""

    name: str
    rows: pa.Table | None
    problem: str | None


def read(workbook: bytes) -> list[Sheet]:
    """All sheets in the workbook's order.

    Raises NoWorkbook, or MemoryError where the system took the process's memory away.
    """
    program = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(program, input=workbook, capture_output=True, timeout=WITHIN_S)
    except subprocess.TimeoutExpired:
        raise NoWorkbook(f"it could not be read within {WITHIN_S} s") from None
    if done.returncode == -9:
        raise MemoryError("the system ended the process that read a workbook")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise NoWorkbook(said[-1][:500])
    out = io.BytesIO(done.stdout)
    sheets = []
    while line := out.readline():
        sheet = Sheet(**json.loads(line), rows=None)
        if sheet.problem is None:
            sheet.rows = pa.ipc.open_stream(out).read_all()
        sheets.append(sheet)
    return sheets


def _main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, most))
    try:
        book = fastexcel.read_excel(sys.stdin.buffer.read())
    except BaseException as error:  # the library's panics are no Exception
        sys.exit(_first(error))
    for name in book.sheet_names:
        rows, problem = None, None
        try:
            rows = book.load_sheet(name, header_row=None, dtypes="string").to_arrow()
        except BaseException as error:
            problem = _first(error)
        sys.stdout.buffer.write(json.dumps({"name": name, "problem": problem}).encode() + b"\n")
        if rows is not None:
            with pa.ipc.new_stream(sys.stdout.buffer, rows.schema) as stream:
                stream.write(rows)


def _first(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


if __name__ == "__main__":
    _main()
