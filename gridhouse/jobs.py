"""The jobs behind the commands: extract, backfill, replay, realtime, build, samples."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from extract.catalogue import Feed, load_catalogue
from extract.index import Window
from extract.locks import Locked
from extract.remote import from_operators
from extract.run import Report, Run
from extract.unpack import Limits
from gridhouse import dbt
from gridhouse.settings import Settings

# Nothing of today reaches the first, and the second rests on days: the daily build makes them.
ONCE_A_DAY = ["tag:disclosed_late", "tag:fitted"]
LEDGER_MARTS = ["fct_files", "fct_feed_outcomes", "fct_rejected_rows"]  # of no single feed
# A view that the whole build made shows what lands later, unless its SQL was made of rows: those
# have the tag. Making all views again takes seconds.
AGAIN = [
    "config.materialized:incremental",
    "config.materialized:table",
    "tag:made_of_data",
    "resource_type:test",
]
RETRY_S = 60.0  # from a build that failed to its next try, unless new rows come first
WHOLE_S = 86_400.0  # from one build of everything to the next


@contextmanager
def no_bars():
    yield None


@contextmanager
def open_run(
    settings: Settings, bars: Callable = no_bars, excerpts: bool = False
) -> Iterator[tuple[Run, Callable]]:
    """A run with a progress bar per feed; `more(feed, n)` announces files to come."""
    catalogue = load_catalogue()
    with bars() as bar:
        tasks: dict[str, int] = {}

        def more(feed: str, count: int) -> None:
            if bar is None or not count:
                return
            if feed in tasks:
                bar.update(tasks[feed], total=bar.tasks[tasks[feed]].total + count)
            else:
                tasks[feed] = bar.add_task(feed, total=count)

        def done(feed: str, count: int) -> None:
            if bar is not None:
                if feed not in tasks:
                    tasks[feed] = bar.add_task(feed, total=None)
                bar.advance(tasks[feed], count)

        limits = Limits(settings.max_unpacked_bytes, settings.max_unpack_ratio)
        with Run(
            settings.data,
            catalogue,
            limits=limits,
            archive=settings.archive_dir,
            lock_wait_s=settings.lock_wait_s,
            excerpts=excerpts,
            progress=done,
        ) as run:
            run.prepare()
            try:
                yield run, more
            except Locked as error:
                raise Locked(
                    f"{error}. {run.report.files} file(s) with {run.report.rows:,} rows had landed "
                    "before and are kept; the same command takes the rest"
                ) from error


def extract(
    settings: Settings,
    targets: list[str],
    *,
    window: Window,
    folder: Path | None = None,
    excerpts: bool = False,
    max_new: int | None = None,
    bars: Callable = no_bars,
) -> Report:
    """Land what is new at the operators' sites, or in `folder` (which may hold `excerpts`)."""
    catalogue = load_catalogue()
    feeds = catalogue.select(targets) if folder else catalogue.select_to_fetch(targets)
    with open_run(settings, bars, excerpts) as (run, more):
        if folder is not None:
            run.from_folder(folder, feeds)
        else:
            from_operators(run, feeds, window, settings, max_new=max_new, listed=more)
    return run.report


def backfill(
    settings: Settings,
    targets: list[str],
    window: Window,
    chunk_days: int,
    newest_first: bool,
    max_new: int | None,
    bars: Callable = no_bars,
) -> Report:
    """Extract `window` in pieces of `chunk_days`, each landed before the next."""
    feeds = load_catalogue().select_to_fetch(targets)
    with open_run(settings, bars) as (run, more):
        for piece in pieces(window, chunk_days, newest_first):
            from_operators(run, feeds, piece, settings, max_new=max_new, listed=more)
    return run.report


def pieces(window: Window, days: int, newest_first: bool) -> list[Window]:
    """`window` cut into spans of at most `days` days, without gap or overlap."""
    spans = []
    start = window.start
    while start < window.end:
        end = min(start + timedelta(days=days), window.end)
        spans.append(Window(start, end, window.now))
        start = end
    return spans[::-1] if newest_first else spans


def replay(
    settings: Settings, targets: list[str], excerpts: bool = False, bars: Callable = no_bars
) -> Report:
    """Land everything that the archive holds and raw.duckdb does not."""
    feeds = load_catalogue().select(targets)
    with open_run(settings, bars, excerpts) as (run, _):
        run.from_archive(feeds)
    return run.report


def realtime(
    settings: Settings,
    targets: list[str],
    poll_s: float | None,
    stop_after_s: float | None,
    say: Callable[[str], None] = print,
) -> bool:
    """Ask each feed when it is due, land what is new, build what changed; until stopped.

    The first build is whole: it takes in what an earlier loop landed and left unbuilt. Every day
    another one moves the instant from which rows are tested, and takes in corrected seeds.
    Returns whether every round went well; what failed is said and tried again.
    """
    feeds = load_catalogue().select_to_fetch(targets)
    end = time.monotonic() + (math.inf if stop_after_s is None else stop_after_s)
    due = dict.fromkeys((f.id for f in feeds), 0.0)
    unbuilt: set[str] = set()  # feeds of which something landed that no build has taken in
    build_at = whole_at = 0.0
    manifest, ok = None, True
    while (now := time.monotonic()) < end:
        ready = [f for f in feeds if due[f.id] <= now]
        if not ready and now < build_at:
            time.sleep(min(0.5, max(0.05, min(build_at, *due.values()) - now)))
            continue
        new = {f.id for f in ready}  # should the extraction break off, any may have landed in part
        done, held = None, False
        try:
            if ready:
                report = extract(settings, sorted(new), window=_now())
                ok = ok and report.ok
                for line in report.problems:
                    say(f"problem: {line}")
                new = {f for f in new if report.of(f).files or report.of(f).set_aside}
            if new or build_at <= now:
                touched = [f"source:{f}+,{kind}" for f in sorted(unbuilt | new) for kind in AGAIN]
                if whole := whole_at <= now:
                    manifest = dbt.parse(settings)  # seeds may have been corrected since
                done = dbt.build(
                    settings,
                    select=None if whole else [*touched, *LEDGER_MARTS],
                    exclude=[] if whole else ONCE_A_DAY,
                    manifest=manifest,
                )
        except (Locked, OSError, dbt.NothingLanded, dbt.Unreadable) as error:
            held = True
            say(f"problem: {error}")
        due |= {f.id: time.monotonic() + _pause(f, poll_s, f.id in new and not held) for f in ready}
        unbuilt |= new
        if done:
            rows = report.rows if ready else 0
            say(f"{datetime.now(UTC):%H:%M:%S} {rows:,} rows landed, built in {done.seconds:.1f} s")
            for line in done.failures:
                say(f"failure: {line}")
        if done and done.ok:
            ok = ok and not done.rows_lost
            unbuilt.clear()
            build_at, whole_at = math.inf, now + WHOLE_S if whole else whole_at
        elif done or held:
            ok, build_at = False, time.monotonic() + RETRY_S
    return ok


def _now() -> Window:
    return Window(None, None, datetime.now(UTC))


def _pause(feed: Feed, poll_s: float | None, fresh: bool) -> float:
    """Seconds until a feed is asked again: most of its cadence after news, else a short wait."""
    if poll_s is not None:
        return poll_s
    cadence = feed.cadence.total_seconds()
    return 0.8 * cadence if fresh else min(max(cadence / 30, 5.0), 300.0)


def run_samples(
    settings: Settings, targets: list[str], bars: Callable = no_bars
) -> tuple[Report, dbt.Build]:
    """The whole way on built-in samples: mirror, HTTP, land, build.

    What their network market knows stays in `truth` of the data folder, for reports that compare.
    """
    import synthetic
    from synthetic import mirror

    feeds = load_catalogue().select(targets)
    with tempfile.TemporaryDirectory(prefix="gridhouse-samples-") as folder:
        synthetic.samples(folder)
        with mirror.start(folder) as server:
            there = against_mirror(settings, server.url)
            with open_run(there, bars) as (run, more):
                extract_samples(run, feeds, there, more)
        truth = settings.data / "truth"
        for table in ("ptdf_rows", "zone_states"):
            shutil.copytree(Path(folder, "truth", table), truth / table, dirs_exist_ok=True)
    return run.report, dbt.build(settings.model_copy(update={"truth": truth}))


def extract_samples(
    run: Run, feeds: list[Feed], settings: Settings, more: Callable = lambda feed, new: None
) -> None:
    """Ask the mirror for the days and feeds of the built-in samples, operator by operator."""
    import synthetic
    from synthetic.writing import FEEDS

    for operator in sorted({f.operator for f in feeds} & FEEDS.keys()):
        mine = [f for f in feeds if f.id in FEEDS[operator]]
        days = synthetic.SAMPLE_DAYS[operator]
        # What a fixed address or ERCOT's list shows is all that can be asked for
        now = [f for f in mine if operator == "ercot" or f.index.get("kind") == "url"]
        by_day = [f for f in mine if f not in now]
        spans = [(now, None, None)] if now else []
        spans += [(by_day, start, end) for start, end in synthetic.windows(days) if by_day]
        for asked, start, end in spans:
            from_operators(run, asked, Window(start, end, datetime.now(UTC)), settings, listed=more)


def against_mirror(settings: Settings, url: str) -> Settings:
    """The same settings with every operator's address replaced by the mirror's."""
    from synthetic.mirror import base_urls

    addresses = {k.removeprefix("GRIDHOUSE_").lower(): v for k, v in base_urls(url).items()}
    return settings.model_copy(
        update=addresses | {"ercot_username": None, "apvi_token": SecretStr("of the mirror")}
    )


def serve_mirror(
    folder: Path | None, host: str, port: int, faults: Path | None, seconds_between: list[str]
) -> None:
    """Serve `folder`, or the built-in samples, until interrupted.

    `faults` is a JSON file of rules, `seconds_between` are texts SITE=SECONDS. Raises OSError or
    ValueError for what cannot be read or served.
    """
    import synthetic
    from synthetic import mirror

    rules = _rules(faults) if faults else []
    spacing = dict(_spacing(text) for text in seconds_between)
    if folder is not None:
        mirror.serve(folder, port, host, rules, spacing)
        return
    with tempfile.TemporaryDirectory(prefix="gridhouse-samples-") as made:
        synthetic.samples(Path(made))
        mirror.serve(Path(made), port, host, rules, spacing)


def _rules(path: Path) -> list:
    from synthetic.mirror.faults import from_json

    try:
        return from_json(json.loads(path.read_text()))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _spacing(text: str) -> tuple[str, float]:
    site, _, seconds = text.partition("=")
    try:
        return site, float(seconds)
    except ValueError:
        raise ValueError(
            f"--seconds-between {text!r} is no SITE=SECONDS; write it as caiso=5"
        ) from None
