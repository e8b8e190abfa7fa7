"""Commands over fitted methods: `ptdf`, `scenario`, `assimilate`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from gridhouse.command import FAILED, Json, Usage, console, guard
from gridhouse.report import print_build

ptdf = typer.Typer(no_args_is_help=True, help="Fits of the effective PTDFs, and which is live.")
Reason = Annotated[str, typer.Option(help="Why; kept with the decision.")]


@ptdf.command()
def history(as_json: Json = False) -> None:
    """All fits, newest first: window, hold-out error, decision."""
    from gridhouse import ptdf as runs

    with guard() as settings:
        rows = runs.history(settings)
        if as_json:
            print(json.dumps(rows, default=str))
            return
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for name in ("run", "from", "to", "runs", "points", "limits", "no-mu", "rmse", "live", "why"):
            table.add_column(name)
        for row in rows:
            table.add_row(
                row["run_id"],
                *(f"{row[at]:%Y-%m-%d %H:%M}" if row[at] else "" for at in _WINDOW),
                *(f"{row[count]:,}" for count in _COUNTS),
                *(f"{row[error]:.2f}" if row[error] is not None else "" for error in _ERRORS),
                "live" if row["is_live"] else "",
                row["reason"],
            )
        console.print(table)
        if not rows:
            console.print("Nothing was fitted yet: `gridhouse build` fits once there are prices.")


_WINDOW = ("first_run_at", "last_run_at")
_COUNTS = ("interval_count", "location_count", "constraint_count")
_ERRORS = ("baseline_rmse", "holdout_rmse")


@ptdf.command()
def promote(run_id: str, reason: Reason = "promoted by hand") -> None:
    """Make a fit live, whatever the rule said of it."""
    from gridhouse import ptdf as runs

    with guard() as settings:
        try:
            _done(runs.promote(settings, run_id, reason), run_id)
        except runs.NoSuchRun as error:
            raise Usage(str(error)) from None


@ptdf.command()
def rollback(reason: Reason = "rolled back by hand") -> None:
    """Make the fit live again that was before the one that is."""
    from gridhouse import ptdf as runs

    with guard() as settings:
        try:
            run_id, done = runs.rollback(settings, reason)
        except runs.NoSuchRun as error:
            raise Usage(str(error)) from None
        _done(done, run_id)


def _done(built, run_id: str) -> None:
    if not built.ok:
        print_build(console, built)
        raise typer.Exit(FAILED)
    console.print(f"{run_id} is live")
