"""Locks between gridhouse processes, so that two runs at once never damage anything.

`extract` is held for a whole extraction, `raw` while `raw.duckdb` is written (exclusive) or read
(shared), `warehouse` during a build (exclusive) or while it is read (shared). Locks are advisory
`flock`s: they vanish with the process that holds them, however it ends. Programs that are not
gridhouse know nothing of them: `opened` waits for those.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb


class Locked(Exception):
    """Another program holds what is needed; the message says which and what to do."""


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
        if not shared:
            file.truncate(0)  # what killed processes left
        signature = _signature()
        file.write(signature)
        file.flush()
        try:
            yield
        finally:
            others = path.read_text().replace(signature, "", 1)
            file.truncate(0)
            file.write(others)
            file.flush()
            fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def opened(
    path: Path, wait_s: float, *, read_only: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a DuckDB file; wait at most `wait_s` seconds for programs that keep it.

    Raises Locked with DuckDB's message, which names the program.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=read_only)
            break
        except duckdb.IOException as error:
            if not is_held(error):
                raise
            if time.monotonic() >= deadline:
                raise Locked(held_message(path, error)) from None
            time.sleep(0.2)
    with closing(connection):
        yield connection


def is_held(error: object) -> bool:
    """Whether an error says that another program has a DuckDB file open."""
    return "Could not set lock on file" in str(error)


def held_message(path: Path, error: object) -> str:
    """What to tell people about an error that `is_held`."""
    lines = [line.strip() for line in str(error).splitlines() if is_held(line)]
    return (
        f"{path} is open in another program: {' '.join(lines)}. Close that connection (a read-only "
        "one keeps writers out too) and try again"
    )


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


def _signature() -> str:
    """One line; those who share a lock stand in its file one below the other."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    command = " ".join(Path(a).name if i == 0 else a for i, a in enumerate(sys.argv))
    return json.dumps({"pid": os.getpid(), "command": command[:200], "since": since}) + "\n"


def _holder(path: Path) -> str:
    try:
        who = json.loads(path.read_text().splitlines()[-1])  # those before may have been killed
    except (ValueError, OSError, IndexError):
        return "another gridhouse run"
    return f"`{who['command']}` (process {who['pid']}, since {who['since']})"
