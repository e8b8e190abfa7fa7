"""Zips and files: same input, same bytes; never half a file in sight."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path


def pack(members: Iterable[tuple[str, bytes]], written: datetime, *, store: bool = False) -> bytes:
    """A zip of `members` (name, bytes), each stamped `written` (clock time, after 1980).

    `store` keeps the bytes as they are (for zips within a zip).
    """
    method = zipfile.ZIP_STORED if store else zipfile.ZIP_DEFLATED
    out = io.BytesIO()
    stamp = written.timetuple()[:6]
    with zipfile.ZipFile(out, "w", method, compresslevel=None if store else 1) as z:
        for name, data in members:
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = method
            info.external_attr = 0
            z.writestr(info, data)
    return out.getvalue()


def put(path: Path | str, data: bytes, modified: float | None = None) -> None:
    """Write `data` at `path` in one step; `modified` (seconds since 1970) becomes its time.

    A server that lists the folder while we write sees the whole file or none.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
    if modified is not None:
        os.utime(part, (modified, modified))
    part.replace(path)
