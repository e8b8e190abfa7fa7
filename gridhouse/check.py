"""`gridhouse check FEED`: one feed the whole way, offline, in a folder that is thrown away.

A feed that `synthetic/` can write is listed and fetched from the mirror; any other is read from its
sample files in `tests/fixtures/operators/<feed>/`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extract.catalogue import Feed, load_catalogue
from extract.run import Report, Run
from gridhouse import dbt
from gridhouse.jobs import against_mirror, extract_samples
from gridhouse.settings import Settings

FIXTURES = dbt.PROJECT / "tests" / "fixtures" / "operators"


def check_feed(console: Console, feed: Feed) -> bool:
    """List, parse, contract, load, staging, grain; prints a line each, returns whether all hold."""
    with tempfile.TemporaryDirectory(prefix="gridhouse-check-") as scratch:
        settings = Settings(data=Path(scratch) / "data")
        listed, report = _extract(settings, feed, Path(scratch) / "samples")
        files = report.of(feed.id)
        steps = [
            ("list", listed is None or listed > 0, _listed(listed, feed)),
            ("parse", files.files > 0 and not files.quarantined, f"{files.files} files"),
            ("contract", not report.warnings, "; ".join(report.warnings) or "no drift"),
            ("load", files.rows > 0 and not files.rejected, f"{files.rows:,} rows"),
        ]
        if files.rows:
            built = dbt.build(settings, select=[f"source:{feed.id}+1", f"source:{feed.id}"])
            steps.append(("staging", built.models > 0 and built.ok, f"{built.models} models"))
            steps.append(("grain", built.tests > 0 and built.ok, f"{built.tests} tests"))
            report.problems += built.failures
    table = Table(title=f"{feed.id}: {feed.title}", title_justify="left")
    for name in ("step", "", "what"):
        table.add_column(name)
    for name, good, what in steps:
        table.add_row(name, "[green]ok[/green]" if good else "[red]failed[/red]", Text(what))
    console.print(table)
    for line in report.problems:
        console.print(line, markup=False, highlight=False)
    return all(good for _, good, _ in steps) and report.ok


def _extract(settings: Settings, feed: Feed, samples: Path) -> tuple[int | None, Report]:
    """(publications listed, or None where there was no listing; report)."""
    fixtures = FIXTURES / feed.id
    with Run(settings.data, load_catalogue()) as run:
        run.prepare()
        if fixtures.is_dir():
            run.from_folder(fixtures, [feed])
            return None, run.report
        import synthetic
        from synthetic import mirror

        synthetic.samples(samples)
        with mirror.start(samples) as server:
            extract_samples(run, [feed], against_mirror(settings, server.url))
    return run.report.of(feed.id).listed, run.report


def _listed(listed: int | None, feed: Feed) -> str:
    return (
        f"{listed} publications" if listed is not None else f"sample files of {feed.id}, no listing"
    )
