"""`gridhouse backfill --holes`: asks for the days that lack intervals, and says what came.

A hole is a market day of a fact that `marts.fct_interval_completeness` finds incomplete. The feeds
that may fill it are those of the operator that the fact is built from and that can be listed: by
the lineage of the project, so a new product takes part without a change here.

Every try that leaves a hole open is an outcome of kind `hole`. When the first one is `GIVEN_UP`
old, the hole is given up, which is an outcome too: nobody is asked for it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from extract.catalogue import Feed, load_catalogue
from extract.index import Window
from extract.ledger import OutcomeRow, has_table
from extract.locks import lock, opened
from extract.remote import from_operators
from extract.run import Report
from gridhouse import dbt, jobs
from gridhouse.report import reading
from gridhouse.settings import Settings

COMPLETENESS = "fct_interval_completeness"
GIVEN_UP = timedelta(days=3)
DAY = timedelta(days=1)

# The days that lack intervals, of the last so many before today on the market's own clock. A fact
# that has no row at all of the last of them lacks what it had on its last day.
_HOLES = f"""
    with counted as (
        select
            counts.*,
            cast(timezone(isos.time_zone, cast($now as timestamptz)) as date) as today
        from marts.{COMPLETENESS} as counts
        inner join ref.isos as isos on counts.iso = isos.iso
    ),

    last_days as (
        select * from counted
        qualify row_number() over (
            partition by mart, iso, market, location_group order by market_date desc
        ) = 1
    ),

    days as (
        select mart, iso, market, location_group, market_date, missing_interval_count, today
        from counted
        where not is_complete
        union all
        select
            mart, iso, market, location_group,
            cast(unnest(
                generate_series(market_date + 1, today - 1, interval 1 day)
            ) as date) as market_date,
            expected_interval_count,
            today
        from last_days
    )

    select * exclude (today)
    from days
    where market_date between today - cast($days as integer) and today - 1
    order by all
"""

_FIRST_TRIES = """
    select url_or_path, min(attempted_at), bool_or(outcome = 'given_up')
    from {operator}._outcomes
    where
        kind = 'hole'
        and _dlt_load_id in (select load_id from {operator}._dlt_loads where status = 0)
    group by all
"""


@dataclass(frozen=True, slots=True)
class Hole:
    """A market day of a fact that lacks intervals; `missing` of them."""

    mart: str
    iso: str
    market: str | None
    location_group: str
    day: date
    missing: int

    @property
    def key(self) -> str:
        """Its name in the outcomes."""
        names = (self.mart, self.iso, self.market, self.location_group, self.day.isoformat())
        return "hole:" + "/".join(n or "-" for n in names)


@dataclass(slots=True)
class Filling:
    """What a run did: holes by what became of them, and the run's reports."""

    asked: dict[str, list[date]] = field(default_factory=dict)
    filled: list[Hole] = field(default_factory=list)
    still_open: list[Hole] = field(default_factory=list)
    given_up: list[Hole] = field(default_factory=list)
    no_feed: list[Hole] = field(default_factory=list)
    report: Report | None = None
    build: dbt.Build | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing failed; holes that stay open are no failure of the command."""
        return (self.report is None or self.report.ok) and (self.build is None or self.build.ok)


class NotBuilt(Exception):
    """The warehouse does not say what is missing: it was not built yet."""


def fill(
    settings: Settings,
    targets: list[str],
    days: int,
    now: datetime | None = None,
    bars: Callable = jobs.no_bars,
) -> Filling:
    """Ask the operators for what the last `days` market days lack, build, and look again.

    `targets` as for `extract`: only feeds of these are asked. Raises NotBuilt where there is no
    completeness yet, and what extracting and building raise.
    """
    now = now or datetime.now(UTC)
    holes = find(settings, days, now)
    manifest = dbt.parse(settings)
    catalogue = load_catalogue()
    chosen = {f.id: f for f in catalogue.select_to_fetch(targets)}
    tries = _first_tries(settings, catalogue.operators)
    done = Filling()
    wanted: dict[str, set[date]] = {}
    feeds_of: dict[str, list[Feed]] = {}
    tried = []
    for hole in holes:
        feeds = feeds_of.setdefault(f"{hole.mart} {hole.iso}", _feeds(manifest, hole, chosen))
        if not feeds:
            done.no_feed.append(hole)
        elif tries.get(hole.key, (now, False))[1]:
            done.given_up.append(hole)
        else:
            tried.append(hole)
            for feed in feeds:
                wanted.setdefault(feed.id, set()).add(hole.day)
    done.asked = {feed: sorted(asked) for feed, asked in sorted(wanted.items())}
    if not tried:
        return done
    done.report = _fetch(settings, chosen, done.asked, now, bars)
    done.build = dbt.build(
        settings,
        select=[f"source:{feed}+,+{COMPLETENESS}" for feed in done.asked],
        manifest=manifest,
    )
    left = {hole.key: hole for hole in find(settings, days, now)}
    done.filled = [hole for hole in tried if hole.key not in left]
    open_ones = [left[hole.key] for hole in tried if hole.key in left]
    old = {h.key for h in open_ones if now - tries.get(h.key, (now, False))[0] >= GIVEN_UP}
    done.still_open = [h for h in open_ones if h.key not in old]
    given_up = [h for h in open_ones if h.key in old]
    done.given_up += given_up
    _note(settings, manifest, chosen, done.still_open, "open", now)
    _note(settings, manifest, chosen, given_up, "given_up", now)
    return done


def find(settings: Settings, days: int, now: datetime) -> list[Hole]:
    """The incomplete days among the last `days` before today, on the market's own clock."""
    if not dbt.warehouse_path(settings).exists():
        raise NotBuilt("nothing is built yet: run `gridhouse build`, which counts the intervals")
    with reading(settings) as connection:
        if not has_table(connection, "marts", COMPLETENESS):
            raise NotBuilt(f"marts.{COMPLETENESS} is not built yet: run `gridhouse build`")
        rows = connection.execute(_HOLES, {"now": now, "days": days}).fetchall()
    return [Hole(*row) for row in rows]


def _first_tries(settings: Settings, operators: list[str]) -> dict[str, tuple[datetime, bool]]:
    """Of each hole that was tried: when first, and whether it was given up."""
    raw, wait_s = settings.data / "raw.duckdb", settings.lock_wait_s
    tries = {}
    with lock(settings.data, "raw", wait_s, shared=True), opened(raw, wait_s) as connection:
        for operator in operators:
            if has_table(connection, operator, "_outcomes"):
                rows = connection.execute(_FIRST_TRIES.format(operator=operator)).fetchall()
                tries |= {key: (at, is_given_up) for key, at, is_given_up in rows}
    return tries


def _feeds(manifest, hole: Hole, chosen: dict[str, Feed]) -> list[Feed]:
    """Those of `chosen` that the hole's fact is built from and that tell of its area."""
    seen, found = set(), set()

    def visit(unique_id: str) -> None:
        for parent in manifest.parent_map.get(unique_id, []):
            if parent.startswith("source."):
                found.add(manifest.sources[parent].source_name)
            elif parent not in seen:
                seen.add(parent)
                visit(parent)

    visit(f"model.gridhouse.{hole.mart}")
    return [chosen[f] for f in sorted(found & chosen.keys()) if _tells_of(chosen[f], hole.iso)]


def _tells_of(feed: Feed, iso: str) -> bool:
    return feed.is_listed and feed.operator == iso.lower()


def _fetch(
    settings: Settings, chosen: dict[str, Feed], asked: dict[str, list[date]], now, bars
) -> Report:
    with jobs.open_run(settings, bars) as (run, more):
        for feed, days in asked.items():
            for first, last in spans(days):
                window = Window(first, last + DAY, now)
                from_operators(run, [chosen[feed]], window, settings, listed=more)
    return run.report


def spans(days: list[date]) -> list[tuple[date, date]]:
    """Sorted days as runs without a gap, first and last day of each."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] <= DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _note(settings, manifest, chosen, holes: list[Hole], outcome: str, now: datetime) -> None:
    """Keep in the ledger that these holes were tried and stay."""
    if not holes:
        return
    with jobs.open_run(settings) as (run, _):
        for hole in holes:
            feeds = _feeds(manifest, hole, chosen)
            run.note(
                OutcomeRow(
                    attempted_at=now,
                    operator=feeds[0].operator,
                    feed=feeds[0].id if len(feeds) == 1 else None,
                    kind="hole",
                    outcome=outcome,
                    url_or_path=hole.key,
                    message=f"{hole.missing} intervals are missing after "
                    + ", ".join(f.id for f in feeds)
                    + " were asked",
                )
            )
        run.flush()
