"""Cells that did not come as text (a workbook, JSON) as the CSV text that the one reader takes."""

from __future__ import annotations

import io
import re

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv


def csv_text(names: list[str], columns: list[pa.Array | pa.ChunkedArray]) -> bytes:
    """A header line and one line per row; empty where a value is null.

    A line break within a name or a value becomes a blank: a row is a line.
    """
    texts = [
        pc.replace_substring_regex(column.cast(pa.string()), r"[\r\n]+", " ") for column in columns
    ]
    # names may repeat, and an Arrow table's may not once it is written
    header = ",".join('"' + re.sub(r"[\r\n]+", " ", n).replace('"', '""') + '"' for n in names)
    out = io.BytesIO()
    rows = pa.table(texts, names=[str(n) for n in range(len(texts))])
    csv.write_csv(rows, out, csv.WriteOptions(include_header=False))
    return header.encode() + b"\n" + out.getvalue()
