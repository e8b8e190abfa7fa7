"""What people see after a run: tables, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from extract.catalogue import Catalogue
from extract.locks import lock, opened
from extract.run import Report
from gridhouse.dbt import Build, warehouse_path
from gridhouse.settings import Settings

if TYPE_CHECKING:
    from synthetic.writing import Summary

SHOWN_NAMES = 8
SHOWN = 20  # problems and warnings printed; the rest is counted


def spans(settings: Settings) -> dict[str, tuple[str, str]]:
    """First and last interval start (UTC, text) in the marts, by feed; empty if not built."""
    if not warehouse_path(settings).exists():
        return {}
    with reading(settings) as connection:
        if not connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'dim_feed'"
        ).fetchone():
            return {}
        rows = connection.execute(
            "select feed, strftime(first_interval_start, '%Y-%m-%d %H:%M'), "
            "strftime(last_interval_start, '%Y-%m-%d %H:%M') from marts.dim_feed "
            "where first_interval_start is not null"
        ).fetchall()
    return {feed: (first, last) for feed, first, last in rows}


@contextmanager
def reading(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, read only, in UTC; raises Locked when a build has it for too long."""
    wait_s = settings.lock_wait_s
    with (
        lock(settings.data, "warehouse", wait_s, shared=True),
        opened(warehouse_path(settings), wait_s) as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def print_report(
    console: Console,
    report: Report,
    catalogue: Catalogue,
    between: dict[str, tuple[str, str]] | None = None,
) -> None:
    """A short table, one line a feed, then what went wrong. `between` is of `spans`."""
    done = [report.feeds[f.id] for f in catalogue if f.id in report.feeds]
    odd = [
        n for n in ("known", "empty", "quarantined", "failed") if any(getattr(d, n) for d in done)
    ]
    table = Table(title="What landed", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("feed", no_wrap=True)
    when = ("first interval (UTC)", "last interval") if between else ()
    for name in ("files", "rows", *when, "rejected", *odd):
        table.add_column(name, justify="left" if name in when else "right")
    table.add_column("seconds", justify="right")
    for feed in done:
        table.add_row(
            feed.feed,
            f"{feed.files:,}",
            f"{feed.rows:,}",
            *(between.get(feed.feed, ("-", "-")) if between else ()),
            f"{feed.rejected:,}",
            *(f"{getattr(feed, name):,}" for name in odd),
            f"{feed.seconds:.2f}",
        )
    console.print(table)
    if not report.rows and report.ok:
        console.print(
            "Nothing new: everything that was offered is known already."
            if report.feeds
            else "There is nothing for the feeds that were asked for."
        )
    if report.not_recognised:
        names = ", ".join(p.name for p in report.not_recognised[:SHOWN_NAMES])
        console.print(
            f"{len(report.not_recognised)} file(s) belong to no feed of the catalogue: {names}"
            + (" ... (`--json` lists all)" if len(report.not_recognised) > SHOWN_NAMES else ""),
            markup=False,
            highlight=False,
        )
    _lines(console, "warning", report.warnings, "yellow")
    _lines(console, "problem", report.problems, "red")


def print_written(console: Console, written: Summary) -> None:
    """What a synthetic market came to: files, the truth beside them, and how to land them."""
    folder = written.folder
    table = Table(title="Written", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("feed", no_wrap=True)
    for name in ("files", "rows"):
        table.add_column(name, justify="right")
    for feed, files in written.files.items():
        table.add_row(feed, f"{files:,}", f"{written.rows[feed]:,}")
    for name, rows in written.truth.counts().items():
        table.add_row(f"truth/{name}", "", f"{rows:,}")
    console.print(table)
    (first, end), *_ = written.windows
    console.print(
        f"{(end - first).days} day(s) from {first} in {written.seconds:.1f} s. To land them:\n"
        f"  gridhouse extract --from {folder / 'ercot'} && gridhouse build\n"
        "or serve them under the operators' URL shapes:\n"
        f"  gridhouse mirror --folder {folder}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def print_build(console: Console, build: Build) -> None:
    console.print(
        f"dbt: {build.models} models and seeds, {build.tests} tests in {build.seconds:.1f} s: "
        + ("ok" if build.ok else "[red]failed[/red]")
    )
    _lines(console, "warning", build.warnings, "yellow")
    _lines(console, "failure", build.failures, "red")


def _lines(console: Console, word: str, lines: list[str], colour: str) -> None:
    for line in lines[:SHOWN]:
        console.print(f"[{colour}]{word}[/{colour}]: ", end="")
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(lines) > SHOWN:
        console.print(f"... and {len(lines) - SHOWN} more {word}(s); see marts.fct_feed_outcomes")


def as_json(report: Report | None, build: Build | None) -> str:
    """Both as one JSON object, for machines."""
    data: dict[str, object] = {"ok": (report is None or report.ok) and (build is None or build.ok)}
    if report:
        data["extract"] = asdict(report) | {
            "not_recognised": [str(p) for p in report.not_recognised]
        }
    if build:
        data["build"] = asdict(build)
    return json.dumps(data, indent=2, default=str)


def query_table(console: Console, title: str, sql: str, settings: Settings) -> None:
    """Run `sql` read-only on the warehouse and print the question, the query and the answer."""
    with reading(settings) as connection:
        result = connection.execute(sql)
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for name, *_ in result.description:
            table.add_column(name)
        for row in result.fetchall():
            table.add_row(*(Text("" if v is None else str(v)) for v in row))
    console.print()
    console.print(table)
    console.print(sql.strip(), style="dim", markup=False, highlight=False)
