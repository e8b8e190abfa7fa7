"""The command `gridhouse`.

Exit codes: 0 all went well; 1 something failed, was rejected or quarantined (the good part is
kept); 2 wrong usage or settings; 75 another process holds a lock (what had landed is kept; try
again); 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from extract.catalogue import load_catalogue
from extract.index import Window
from extract.locks import Locked
from gridhouse import export_cli, methods_cli, new_feed_cli, upkeep_cli
from gridhouse.command import (
    FAILED,
    Json,
    Usage,
    console,
    day_of,
    guard,
    instant_of,
    notes,
)
from gridhouse.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A warehouse of wholesale electricity-market data. Start with `gridhouse run --samples`.",
    epilog="Settings come from the environment and .env (see .env.example). Exit codes: 0 ok, "
    "1 part failed, 2 usage, 75 locked by another run, 130 interrupted.",
)
ledger = typer.Typer(no_args_is_help=True, help="The ledger of what was fetched and landed.")
app.add_typer(ledger, name="ledger")
reports = typer.Typer(no_args_is_help=True, help="Write a report: one HTML page.")
app.add_typer(reports, name="report")
app.add_typer(methods_cli.ptdf, name="ptdf")
app.command()(methods_cli.scenario)
app.command()(methods_cli.assimilate)
app.command()(new_feed_cli.new_feed)
app.add_typer(upkeep_cli.verify, name="verify")
app.command()(upkeep_cli.rebuild)
app.command()(upkeep_cli.trace)
app.add_typer(export_cli.export, name="export")

Targets = Annotated[
    list[str] | None,
    typer.Argument(help="Operators (ercot), feeds (ercot_np6_905_cd) or products (NP6-905-CD)."),
]
Start = Annotated[str | None, typer.Option(help="First market day, YYYY-MM-DD.")]
End = Annotated[str | None, typer.Option(help="Last market day, YYYY-MM-DD, included.")]
Days = Annotated[int | None, typer.Option(min=1, help="The last N market days and tomorrow.")]
MaxNew = Annotated[
    int | None, typer.Option(min=1, help="At most N new files per feed; a month's bundle is one.")
]
Excerpts = Annotated[
    bool, typer.Option("--excerpts", help="Files may be cut: land those that lack lines, too.")
]


@app.command()
def extract(
    targets: Targets = None,
    start: Start = None,
    end: End = None,
    days: Days = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", help="Land files from this folder instead of the operators' sites."),
    ] = None,
    excerpts: Excerpts = False,
    max_new: MaxNew = None,
    as_json: Json = False,
) -> None:
    """Fetch what is new and land it in raw.duckdb.

    Without dates: what the operators list now. Files that are known are skipped, so running it
    twice lands nothing new. From a folder, a file is recognised by its name, else by its folder,
    else by its header; what is broken is quarantined with a reason.
    """
    from gridhouse import jobs

    with guard() as settings:
        window = _window(start, end, days)
        if from_ and (start or end or days or max_new):
            raise Usage("--from takes the whole folder: no --start, --end, --days or --max-new")
        if excerpts and not from_:
            raise Usage("--excerpts is for a folder of cut files: it needs --from")
        if from_ and not from_.is_dir():
            raise Usage(f"--from {from_}: no such folder")
        report = jobs.extract(
            settings,
            targets or [],
            window=window,
            folder=from_,
            excerpts=excerpts,
            max_new=max_new,
            bars=_progress,
        )
        _finish(settings, report, None, as_json)


@app.command()
def backfill(
    targets: Targets = None,
    start: Start = None,
    end: End = None,
    chunk_days: Annotated[int, typer.Option(min=1, help="Days per window.")] = 7,
    newest_first: Annotated[bool, typer.Option(help="Begin with the last window.")] = False,
    holes: Annotated[
        bool,
        typer.Option(
            "--holes", help="Ask for the days of the last --days that lack intervals, and build."
        ),
    ] = False,
    days: Annotated[
        int | None, typer.Option(min=1, help="With --holes: how far back (default: 14).")
    ] = None,
    max_new: MaxNew = None,
    as_json: Json = False,
) -> None:
    """Extract a long span in bounded windows, or, with --holes, what recent days lack.

    Each window is landed before the next begins. Interrupted or killed, the same command goes on
    where it was, since files that landed are known.
    """
    from gridhouse import jobs

    if holes:
        with guard():
            if start or end or newest_first or max_new:
                raise Usage("--holes goes by --days: no --start, --end, --newest-first, --max-new")
        upkeep_cli.fill_holes(targets or [], days or 14, as_json, _progress)
        return

    with guard() as settings:
        if not start or not end:
            raise Usage("backfill needs --start and --end, or --holes")
        if days:
            raise Usage("--days belongs to --holes; give --start and --end")
        window = _window(start, end, None)
        report = jobs.backfill(
            settings, targets or [], window, chunk_days, newest_first, max_new, bars=_progress
        )
        _finish(settings, report, None, as_json)


@app.command()
def realtime(
    targets: Targets = None,
    poll: Annotated[
        float | None,
        typer.Option(min=0.2, help="Ask each feed every N seconds (default: by its cadence)."),
    ] = None,
    stop_after: Annotated[
        float | None, typer.Option(help="Stop after N seconds (default: until interrupted).")
    ] = None,
) -> None:
    """Follow the operators: ask each feed on its cadence, build only what changed."""
    from gridhouse import jobs

    with guard() as settings:
        ok = jobs.realtime(
            settings, targets or [], poll, stop_after, say=partial(notes.print, markup=False)
        )
        if not ok:
            raise typer.Exit(FAILED)


@app.command()
def replay(targets: Targets = None, excerpts: Excerpts = False, as_json: Json = False) -> None:
    """Rebuild raw.duckdb from the archive, offline: same files, same rows."""
    from gridhouse import jobs

    with guard() as settings:
        _finish(settings, jobs.replay(settings, targets or [], excerpts, _progress), None, as_json)


@app.command()
def build(
    select: Annotated[
        list[str] | None, typer.Option(help="dbt selection, for example marts or stg_nem+.")
    ] = None,
    full_refresh: Annotated[bool, typer.Option(help="Rebuild all partitions.")] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Build what could have been known at this instant (2026-01-31T12:00:00Z) into "
            "a warehouse file of its own."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Build and test the warehouse with dbt: only the market days that new loads touched."""
    from gridhouse import dbt

    with guard() as settings:
        done = dbt.build(
            settings, select=select, full_refresh=full_refresh, as_of=instant_of(as_of, "--as-of")
        )
        if select and done.ok and not done.models + done.tests:
            raise Usage(f"--select {' '.join(select)} names nothing of the project")
        _finish(settings, None, done, as_json)


@app.command()
def run(
    targets: Targets = None,
    start: Start = None,
    end: End = None,
    days: Days = None,
    samples: Annotated[
        bool,
        typer.Option(help="Use the built-in samples, served by a local mirror: needs no network."),
    ] = False,
    max_new: MaxNew = None,
    as_json: Json = False,
) -> None:
    """Extract, then build. With --samples this is the five-minute tour."""
    from gridhouse import dbt, jobs
    from gridhouse.tour import show_examples

    with guard() as settings:
        if samples:
            if start or end or days or max_new:
                raise Usage("--samples takes all its days: no --start, --end, --days or --max-new")
            report, done = jobs.run_samples(settings, targets or [], bars=_progress)
        else:
            report = jobs.extract(
                settings,
                targets or [],
                window=_window(start, end, days),
                max_new=max_new,
                bars=_progress,
            )
            done = dbt.build(settings)
        if samples and done.ok and not as_json:
            _print(settings, report, done)
            show_examples(console, settings)
            _exit(report, done)
        else:
            _finish(settings, report, done, as_json)


@app.command()
def catalog(as_json: Json = False) -> None:
    """What there is: feed, title, group, first and last interval, rows, lag."""
    from gridhouse.listing import print_catalogue

    with guard() as settings:
        print_catalogue(console, settings, load_catalogue(), as_json)


@app.command()
def check(feed: Annotated[str, typer.Argument(help="A feed id or product id.")]) -> None:
    """One feed, offline: list, parse, contract, load, staging, grain."""
    from gridhouse.check import check_feed

    with guard():
        if not check_feed(console, load_catalogue().select([feed])[0]):
            raise typer.Exit(FAILED)


@app.command()
def mirror(
    folder: Annotated[
        Path | None, typer.Option(help="Files to serve (default: the built-in samples).")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    faults: Annotated[
        Path | None,
        typer.Option(help="Misbehave by the rules of this JSON file (docs/cookbook/mirror.md)."),
    ] = None,
    seconds_between: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SITE=SECONDS", help="Refuse requests that come sooner, for example caiso=5."
        ),
    ] = None,
) -> None:
    """Serve a folder of files under the operators' own URL shapes."""
    from gridhouse import jobs

    with guard():
        try:
            jobs.serve_mirror(folder, host, port, faults, seconds_between or [])
        except (OSError, ValueError) as error:
            raise Usage(str(error)) from error


@app.command()
def synth(
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Takes ercot/ and truth/.")],
    market: Annotated[
        str, typer.Option(help="Network and its clock: small, ci or year (hourly dispatch).")
    ] = "small",
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 7,
    start: Start = None,
    days: Annotated[
        int | None, typer.Option(help="How many market days (default: small 1, ci 7, year 365).")
    ] = None,
    points: Annotated[
        int | None, typer.Option(help="Settlement points (default: every bus, hub and zone).")
    ] = None,
) -> None:
    """Write the files and the truth of a market that is solved on a real network.

    A folder takes one market and seed; the same command with other days adds to it.
    """
    from gridhouse.report import print_written

    with guard():
        from synthetic.synth import synth as write

        first = day_of(start, "start")
        with _progress() as bar:
            task = bar.add_task(f"{market}, seed {seed}", total=None)

            def done(count: int, of: int) -> None:
                bar.update(task, completed=count, total=of)

            try:
                found = write(to, market, seed, start=first, days=days, points=points, done=done)
            except ValueError as error:
                raise Usage(str(error)) from error
        print_written(console, found)


@reports.command()
def bess(
    month: Annotated[str, typer.Option(help="Month, YYYY-MM.")],
    resource: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Battery whose state of charge and prices are shown (default: the top one).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The page (default: reports/bess-MONTH.html in data)."),
    ] = None,
) -> None:
    """What ERCOT's batteries earned in a month, from the tables that `gridhouse build` made."""
    with guard() as settings:
        first = _month(month)
        if out and (out.is_dir() or not out.parent.is_dir()):
            raise Usage(f"--out {out}: a file in a folder that exists is needed")
        try:
            from gridhouse.reports import bess as page
        except ModuleNotFoundError as error:
            raise Usage(
                f"{error}. Reports need the extra `report`, which `make setup` installs, as does "
                "pip install -e '.[report]'"
            ) from None
        try:
            path = page.write(settings, first, resource, out)
            console.print(str(path), markup=False, soft_wrap=True)
        except page.UnknownResource as error:
            raise Usage(str(error)) from None


@ledger.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="Of each feed keep the newest N entries.")],
    dry_run: Annotated[bool, typer.Option(help="Only say what would be removed.")] = False,
    as_json: Json = False,
) -> None:
    """Remove old entries of the ledger that nothing rests on any more.

    These are old attempts (lists, downloads, files found unchanged) and quarantined files whose
    bytes the archive has no more. What is known stays known: nothing is fetched or landed twice
    for it, and landed rows keep their files.
    """
    from extract.prune import prune as prune_ledgers

    with guard() as settings:
        pruned = prune_ledgers(
            settings.data,
            load_catalogue(),
            settings.archive_dir,
            keep=keep,
            dry_run=dry_run,
            lock_wait_s=settings.lock_wait_s,
        )
        if as_json:
            print(json.dumps({"dry_run": dry_run, "operators": [asdict(p) for p in pruned]}))
            return
        word = "would be removed" if dry_run else "removed"
        for p in pruned:
            console.print(
                f"{p.operator}: {p.attempts:,} attempts, {p.files:,} quarantined files, "
                f"{p.rejected_rows:,} rejected rows {word}"
            )
        if not pruned:
            console.print("Nothing has landed yet.")


def _finish(settings: Settings, report, done, as_json: bool) -> None:
    from gridhouse.report import as_json as to_json

    if as_json:
        print(to_json(report, done))
    else:
        _print(settings, report, done)
    _exit(report, done)


def _print(settings: Settings, report, done) -> None:
    from gridhouse.report import print_build, print_report, spans

    if report:
        between = {}
        try:
            between = spans(settings) if done else {}
        except Locked as error:  # what landed is said all the same
            notes.print(f"intervals are not shown: {error}", markup=False, highlight=False)
        print_report(console, report, load_catalogue(), between)
    if done:
        print_build(console, done)


def _exit(report, done) -> None:
    if (report and not report.ok) or (done and (done.rows_lost or not done.ok)):
        raise typer.Exit(FAILED)


def _month(text: str) -> date:
    """The first day of a month that has begun in Texas."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Usage(f"--month {text!r} is not a month; write it as 2026-03") from None
    if first > datetime.now(ZoneInfo("America/Chicago")).date():
        raise Usage(f"--month {text} has not begun")
    return first


def _window(start: str | None, end: str | None, days: int | None) -> Window:
    now = datetime.now(UTC)
    first, last = day_of(start, "start"), day_of(end, "end")
    if days:
        if first or last:
            raise Usage("give either --days or --start and --end")
        today = now.date()
        return Window(today - timedelta(days=days - 1), today + timedelta(days=2), now)
    if bool(first) != bool(last):
        raise Usage("--start and --end belong together")
    if first and last and last < first:
        raise Usage(f"--end {last} is before --start {first}")
    return Window(first, last + timedelta(days=1) if last else None, now)


@contextmanager
def _progress():
    """A progress bar; silent where stderr is not a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=notes, transient=True, disable=not sys.stderr.isatty()) as bar:
        yield bar
