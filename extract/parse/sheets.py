"""The program that reads a workbook: bytes in, its sheets out, all cells as text.

Its library answers some damaged workbooks by ending the process (sizes in them are believed, and
the memory for them asked for), so it runs in one of its own (`extract.parse.workbook`). For each
sheet it writes a line of JSON, `name` and `problem`, and, where there is none, an Arrow stream.
It imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import resource
import sys

import fastexcel
import pyarrow as pa

MEMORY = 8 * 1024**3  # bytes of addresses at most; a workbook of a million rows takes 2 GiB
NO_WORKBOOK = 3  # how it ends where the library gives up; the reason is on standard error


def _limit_memory() -> None:
    """Such that the library fails, and not the machine."""
    own = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = min(MEMORY, own)
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def _main() -> None:
    _limit_memory()
    data = sys.stdin.buffer.read()
    try:
        book = fastexcel.read_excel(data)
    except BaseException as error:  # the library's panics are no Exception
        sys.stderr.write(_first(error))
        sys.exit(NO_WORKBOOK)
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
