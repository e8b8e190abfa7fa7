"""Locks between gridhouse processes, so that two runs at once never damage anything.

`extract` is held for a whole extraction, `raw` while `raw.duckdb` is written (exclusive) or read by
a build (shared), `warehouse` during a build. Locks are advisory `flock`s: they vanish with the
process that holds them, however it ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class Locked(Exception):
    """Another run holds the lock; the message says which and since when."""


@contextmanager
def lock(data: Path, name: str, wait_s: float, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock `name` of the data folder; wait at most `wait_s` seconds for it.

    Raises Locked, naming the holder.
    """
    folder = data / ".locks"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.lock"
    with path.open("a+") as file:
        _acquire(file, path, name, wait_s, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        try:
            if not shared:
                _sign(file)
            yield
        finally:
            if not shared:
                file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)


def _acquire(file, path: Path, name: str, wait_s: float, mode: int) -> None:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(file, mode | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Locked(
                    f"the {name} lock of {path.parent.parent} is held by {_holder(path)}; waited "
                    f"{wait_s:.0f} s. Try again when it has ended, or set GRIDHOUSE_LOCK_WAIT_S"
                ) from None
            time.sleep(0.1)


def _sign(file) -> None:
    file.seek(0)
    file.truncate(0)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    command = " ".join(Path(a).name if i == 0 else a for i, a in enumerate(sys.argv))
    json.dump({"pid": os.getpid(), "command": command[:200], "since": since}, file)
    file.flush()


def _holder(path: Path) -> str:
    try:
        who = json.loads(path.read_text())
    except (ValueError, OSError):
        return "another gridhouse run"
    return f"`{who['command']}` (process {who['pid']}, since {who['since']})"
