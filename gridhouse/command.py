"""What every command has: where it prints, its settings, and how its errors end.

Exit codes: see `gridhouse.cli`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from extract.catalogue import CatalogueError
from extract.locks import Locked
from gridhouse.settings import Settings

FAILED, USAGE, BUSY, INTERRUPTED = 1, 2, 75, 130

# where output is no terminal (a log, a pipe), tables need no folding
console = Console(width=None if sys.stdout.isatty() else 120)
notes = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]


class Usage(Exception):
    """The command line makes no sense; the message says why."""


@contextmanager
def guard() -> Iterator[Settings]:
    """Settings for a command; turns expected errors into one line and an exit code."""
    settings = None
    try:
        settings = Settings()
        yield settings
    except Locked as error:
        _stop(str(error), BUSY)
    except ValidationError as error:
        lines = [
            f"GRIDHOUSE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
        ]
        _stop("wrong setting: " + "; ".join(lines), USAGE)
    except (Usage, CatalogueError) as error:
        _stop(str(error), USAGE)
    except KeyboardInterrupt:
        _stop("interrupted; what had landed is kept", INTERRUPTED)
    except typer.Exit:
        raise
    except Exception as error:
        if settings and settings.traceback:
            raise
        _stop(f"{type(error).__name__}: {error}", FAILED)


def _stop(message: str, code: int) -> None:
    notes.print("[red]error[/red]: ", end="")
    notes.print(message, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def instant_of(text: str | None, option: str) -> datetime | None:
    """The instant that an option gives, with an offset."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Usage(f"{option} {text!r} is not an instant with offset, like 2026-01-31T12:00:00Z")
    return instant


def day_of(text: str | None, option: str) -> date | None:
    """The day that an option gives, its name without dashes."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Usage(f"--{option} {text!r} is not a day; write it as 2026-01-31") from None
