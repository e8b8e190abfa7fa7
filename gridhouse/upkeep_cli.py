"""Commands that check and mend the warehouse: `verify`, `rebuild`, and `backfill --holes`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from gridhouse.command import FAILED, Json, Usage, console, day_of, guard
from gridhouse.methods_print import table
from gridhouse.report import print_build, print_report

verify = typer.Typer(no_args_is_help=True, help="Hold tables against what they are made of.")

From = Annotated[str | None, typer.Option("--from", help="First market day, YYYY-MM-DD.")]
To = Annotated[str | None, typer.Option("--to", help="Last market day, included.")]


@verify.command("rollups")
def verify_rollups(
    model: Annotated[
        str | None, typer.Option(help="One rollup, such as rpt_fuel_daily (default: all).")
    ] = None,
    from_: From = None,
    to: To = None,
    off_only: Annotated[bool, typer.Option(help="Only days that differ.")] = False,
    as_json: Json = False,
) -> None:
    """Each day of the rollups beside the sum of its intervals; exit code 1 if one differs."""
    from gridhouse import verify as verification

    with guard() as settings:
        try:
            checks = verification.rollups(settings, model, *_span(from_, to))
        except verification.NothingToVerify as error:
            raise Usage(str(error)) from None
        off = sum(len(check.off) for check in checks)
        days = sum(len(check.days) for check in checks)
        if not days:
            raise Usage("no rollup has a day here: land files and build, or ask for other days")
        if as_json:
            data = {"ok": not off, "checks": [asdict(check) for check in checks]}
            print(json.dumps(data, default=str, allow_nan=False))
        else:
            for check in checks:
                if shown := check.off if off_only else check.days:
                    _print_check(check, shown)
            console.print(f"{len(checks)} checks, {days:,} days, {off:,} off")
        if off:
            raise typer.Exit(FAILED)


def _print_check(check, days: list[dict]) -> None:
    names = ("iso", "day", "rollup", "intervals", "ratio", "counted", "count", "series", "off")
    table(
        console,
        f"{check.rollup}.{check.measure} against {check.fact}",
        names,
        (
            [
                day["iso"],
                str(day["period_start"]),
                day["rollup"],
                day["intervals"],
                day["ratio"],
                day["rollup_interval_count"],
                day["interval_count"],
                day["series_count"],
                day["off_count"],
            ]
            for day in days
        ),
    )


def rebuild(
    model: Annotated[str, typer.Argument(help="An incremental model, such as rpt_price_daily.")],
    from_: From = None,
    to: To = None,
    downstream: Annotated[
        bool, typer.Option(help="Compute the same days of the models that read it, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compute a window of market days of a model again: delete and insert in one transaction."""
    from gridhouse import rebuild as rebuilding

    with guard() as settings:
        first, last = _span(from_, to)
        if not first or not last:
            raise Usage("rebuild needs --from and --to")
        try:
            done = rebuilding.rebuild(settings, model, first, last, downstream)
        except rebuilding.NotRebuildable as error:
            raise Usage(str(error)) from None
        if as_json:
            print(json.dumps({"ok": done.build.ok, **asdict(done)}, default=str))
        else:
            print_build(console, done.build)
            if done.build.ok:
                console.print(f"{first} to {last} computed again: {', '.join(done.models)}")
            if done.behind:
                console.print(
                    f"Read by {', '.join(done.behind)}: `gridhouse build` brings them up, "
                    "or this command with --downstream"
                )
        if not done.build.ok:
            raise typer.Exit(FAILED)


def fill_holes(targets: list[str], days: int, as_json: bool, bars) -> None:
    """What `gridhouse backfill --holes` does."""
    from extract.catalogue import load_catalogue
    from gridhouse import holes

    with guard() as settings:
        try:
            done = holes.fill(settings, targets, days, bars=bars)
        except holes.NotBuilt as error:
            raise Usage(str(error)) from None
        if as_json:
            print(json.dumps({"ok": done.ok, **asdict(done)}, default=str))
        else:
            if done.report:
                print_report(console, done.report, load_catalogue())
            if done.build:
                print_build(console, done.build)
            _print_holes(done, days)
        if not done.ok:
            raise typer.Exit(FAILED)


def _print_holes(done, days: int) -> None:
    kinds = {
        "filled": done.filled,
        "open": done.still_open,
        "given up": done.given_up,
        "no feed to ask": done.no_feed,
    }
    rows = [
        [word, hole.iso, hole.market, hole.mart, hole.location_group, str(hole.day), hole.missing]
        for word, found in kinds.items()
        for hole in found
    ]
    if not rows:
        console.print(f"Nothing is missing in the last {days} days.")
        return
    names = ("", "iso", "market", "fact", "of", "day", "missing")
    table(console, f"Holes of the last {days} days", names, rows)


def _span(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    start, end = day_of(first, "from"), day_of(last, "to")
    if start and end and end < start:
        raise Usage(f"--to {last} is before --from {first}")
    return start, end


def trace(
    table: Annotated[str, typer.Argument(help="A landed table, such as nem.dispatch_unit_scada.")],
    where: Annotated[
        str, typer.Option(help="Which rows: SQL over the table's columns, as they were landed.")
    ] = "true",
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows, oldest first.")] = 10,
    as_json: Json = False,
) -> None:
    """The lines of the published files that rows were read from, out of the archive.

    Rows of workbooks, JSON and XML have no line: they are shown as they were read.
    """
    from extract.catalogue import load_catalogue
    from gridhouse import trace as tracing

    with guard() as settings:
        try:
            lines, count = tracing.lines(settings, load_catalogue(), table, where, limit)
        except tracing.NothingToTrace as error:
            raise Usage(str(error)) from None
        if as_json:
            data = {"rows": count, "lines": [asdict(line) for line in lines]}
            print(json.dumps(data, default=str))
            return
        for line in lines:
            inside = "" if line.member == line.file else f" > {line.member}"
            outside = f"{line.container} > " if line.container else ""
            place = f"row {line.row_number}" if line.line is None else f"line {line.line}"
            head = f"{outside}{line.file}{inside}, {place} (file_id {line.file_id}, {line.url})"
            console.print(head, markup=False, highlight=False, soft_wrap=True)
            console.print(f"  {line.text}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"{len(lines):,} of {count:,} rows")
