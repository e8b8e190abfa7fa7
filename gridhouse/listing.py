"""`gridhouse catalog`: what there is, from the catalogue, the ledger and the marts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from extract.catalogue import Catalogue
from extract.ledger import has_table
from extract.locks import lock, opened
from gridhouse.dbt import warehouse_path
from gridhouse.report import reading, spans
from gridhouse.settings import Settings


def print_catalogue(
    console: Console, settings: Settings, catalogue: Catalogue, as_json: bool
) -> None:
    """One line a feed: title, group, files, rows, first and last interval, lag.

    What is fetched only where its name is given is marked "on request".
    """
    rows = rows_of(catalogue, settings)
    if as_json:
        print(json.dumps(rows, indent=2, default=str))
        return
    table = Table(title="Catalogue", title_justify="left")
    for name in ("feed", "title", "group"):
        table.add_column(name, no_wrap=name == "feed")
    for name in ("files", "rows"):
        table.add_column(name, justify="right")
    for name in ("first interval (UTC)", "last interval (UTC)", "lag", "expected"):
        table.add_column(name)
    for row in rows:
        table.add_row(
            row["feed"],
            row["title"] + (" (on request)" if row["on_request"] else ""),
            row["group"],
            f"{row['files']:,}",
            f"{row['rows']:,}",
            row["first_interval"] or "-",
            row["last_interval"] or "-",
            f"{_words(row['lag_s'])}{' LATE' if row['is_late'] else ''}",
            _words(row["expected_lag_s"]),
        )
    console.print(table)


def rows_of(catalogue: Catalogue, settings: Settings) -> list[dict]:
    """The same as data. `lag_s` is seconds since the newest landed interval began, `is_late`
    whether that is more than expected; None where nothing has landed or nothing is expected."""
    counts = _counts(catalogue, settings)
    between = spans(settings)
    expected = expected_lags(settings)
    now = datetime.now(UTC)
    rows = []
    for feed in catalogue:
        files, landed = counts.get(feed.id, (0, 0))
        first, last = between.get(feed.id, (None, None))
        newest = datetime.fromisoformat(f"{last}+00:00") if last else None
        lag, most = (now - newest).total_seconds() if newest else None, expected.get(feed.id)
        rows.append(
            {
                "feed": feed.id,
                "title": feed.title,
                "on_request": feed.on_request,
                "product": feed.product_id,
                "operator": feed.operator,
                "group": feed.group,
                "cadence_s": feed.cadence.total_seconds(),
                "files": files,
                "rows": landed,
                "first_interval": first,
                "last_interval": last,
                "lag_s": lag,
                "expected_lag_s": most,
                "is_late": None if lag is None or most is None else lag > most,
            }
        )
    return rows


def expected_lags(settings: Settings) -> dict[str, float]:
    """The most that the lag of each feed may be, in seconds; empty if not built."""
    if not warehouse_path(settings).exists():
        return {}
    with reading(settings) as connection:
        if not has_table(connection, "marts", "fct_feed_lag"):
            return {}
        return dict(
            connection.execute(
                "select feed, 60.0 * expected_lag_minutes from marts.fct_feed_lag "
                "where expected_lag_minutes is not null"
            ).fetchall()
        )


def _counts(catalogue: Catalogue, settings: Settings) -> dict[str, tuple[int, int]]:
    raw, wait_s = settings.data / "raw.duckdb", settings.lock_wait_s
    if not raw.exists():
        return {}
    with lock(settings.data, "raw", wait_s, shared=True), opened(raw, wait_s) as connection:
        present = {
            schema
            for (schema,) in connection.execute(
                "select schema_name from duckdb_tables() where table_name = '_files'"
            ).fetchall()
        }
        rows = []
        for operator in present.intersection(catalogue.operators):
            rows += connection.execute(
                f'select feed, count(*), sum(rows_landed) from "{operator}"._files '
                "where status = 'landed' and _dlt_load_id in "
                f'(select load_id from "{operator}"._dlt_loads where status = 0) group by feed'
            ).fetchall()
    return {feed: (files, int(landed)) for feed, files, landed in rows}


def _words(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    if seconds < 0:
        return "ahead"
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
