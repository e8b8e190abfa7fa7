"""Builds: dbt on our project, in this process, under the locks."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from extract.catalogue import load_catalogue
from extract.load import Loader
from extract.locks import is_held, lock, opened
from extract.run import Run
from gridhouse.offenders import offenders
from gridhouse.outdated import other_columns
from gridhouse.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
ROWS_LOST = "rows_lost"  # tag of tests
ROW_COUNTS = "model.gridhouse.int_files__row_counts"


class NothingLanded(Exception):
    """A build was asked for before anything was extracted."""


class Unreadable(Exception):
    """dbt cannot read the project; the message is what it says."""


@dataclass(slots=True)
class Build:
    """What a dbt invocation did."""

    ok: bool
    models: int = 0
    tests: int = 0
    seconds: float = 0.0
    rows_lost: bool = False  # rows that landed are in no mart: a warning by which a command fails
    kept_out: bool = False  # a program opened raw.duckdb between the check and the build
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def warehouse_path(settings: Settings, as_of: datetime | None = None) -> Path:
    """The warehouse file; an `as_of` build has a file of its own, so the live one stays."""
    if as_of is None:
        return settings.data.resolve() / "gridhouse.duckdb"
    stamp = as_of.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return settings.data.resolve() / f"gridhouse_as_of_{stamp}.duckdb"


def build(
    settings: Settings,
    *,
    select: list[str] | None = None,
    exclude: Sequence[str] = (),
    full_refresh: bool = False,
    as_of: datetime | None = None,
    manifest: object | None = None,
    variables: dict[str, object] | None = None,
    readers_tests: bool = True,
) -> Build:
    """Build and test what is selected, or everything, without what is excluded.

    `variables` are for SQL models that read them while they run. Without `readers_tests` those
    tests are left out that also look at models which are made of the selected ones.

    Tests look at what landed or was computed since the last whole build that passed, whose instant
    stands in a file beside the warehouse: after a failed build, the next one fails on the same rows
    until they are mended. Without that file everything is tested.

    Unit tests look at our SQL, not at what landed, and have their place in `make test`.

    `manifest` (of `parse`) is for builds that follow each other closely: it spares reading the
    project again, and such builds leave no artifacts and log no statement that went well. Raises
    NothingLanded, Unreadable, or Locked when another process holds a database file.
    """
    ensure_raw(settings)
    warehouse = warehouse_path(settings, as_of)
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if manifest:
        arguments += ["--no-write-json", "--log-level-file", "info"]
    if select:
        arguments += ["--select", *select]
    if exclude:
        arguments += ["--exclude", *exclude]
    if not readers_tests:
        arguments += ["--indirect-selection", "buildable"]
    # the past is built whole every time: incremental models go by what is newer than they hold
    full_refresh = full_refresh or as_of is not None
    if full_refresh:
        arguments += ["--full-refresh"]
    with (
        lock(settings.data, "warehouse", settings.lock_wait_s),
        lock(settings.data, "raw", settings.lock_wait_s, shared=True),
    ):
        # read apart from the build: with other variables than before dbt would parse all again
        manifest = manifest or _parsed(settings, warehouse)
        tested = warehouse.with_name(f"{warehouse.name}.tested")
        if full_refresh or not warehouse.exists():
            tested.unlink(missing_ok=True)
        variables = dict(variables or {})
        if settings.truth:
            variables["truth"] = str(settings.truth.resolve())
        if as_of:
            variables["as_of"] = as_of.astimezone(UTC).isoformat()
        if tested.exists():
            variables["tests_since"] = tested.read_text()
        deadline = time.monotonic() + settings.lock_wait_s
        while True:
            with opened(settings.data / "raw.duckdb", deadline - time.monotonic()):
                pass  # dbt does not wait
            done = invoke(
                settings,
                [*arguments, "--vars", json.dumps(variables)],
                manifest,
                warehouse,
                deadline - time.monotonic(),
            )
            if not done.kept_out:
                break
        if done.ok and not select and not as_of:
            # taken while the locks are held: what lands or is computed later is newer
            new = tested.with_suffix(".tested_new")
            new.write_text(datetime.now(UTC).isoformat())
            new.replace(tested)
        return done


def parse(settings: Settings) -> object:
    """dbt's manifest of the project, for builds that follow each other closely.

    Raises NothingLanded, Locked, or Unreadable.
    """
    ensure_raw(settings)
    with lock(settings.data, "warehouse", settings.lock_wait_s):
        return _parsed(settings)


def _parsed(settings: Settings, warehouse: Path | None = None) -> object:
    """The manifest, in which the model that counts the rows of all staging models comes after them.

    It finds them in the project, so that a product needs no entry there, and dbt knows nothing of
    that: a staging model in no mart would be built whenever a thread is free.
    """
    # told of no folder and no limit, since dbt would parse all again for other ones; of the file's
    # name, since it names the database
    read = _dbt(
        settings,
        ["parse", "--no-write-json"],
        GRIDHOUSE_DATA=".",
        GRIDHOUSE_WAREHOUSE=(warehouse or warehouse_path(settings)).name,
        GRIDHOUSE_MEMORY="4GB",
    )
    if not read.success:
        raise Unreadable(f"dbt cannot read the project {PROJECT}: {read.exception}")
    manifest = read.result
    staging = [
        node.unique_id
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.fqn[1:2] == ["staging"]
    ]
    counts = manifest.nodes[ROW_COUNTS].depends_on
    counts.nodes = sorted({*counts.nodes, *staging})
    return manifest


def ensure_raw(settings: Settings) -> None:
    """Every operator's tables must exist before staging can read them.

    Raises NothingLanded when there is no raw database at all.
    """
    raw = settings.data / "raw.duckdb"
    if not raw.exists():
        raise NothingLanded(
            f"{settings.data} holds no raw.duckdb: nothing was extracted yet. Run "
            "`gridhouse extract`, or `gridhouse replay` if the archive is there"
        )
    catalogue, wait_s = load_catalogue(), settings.lock_wait_s
    with lock(settings.data, "raw", wait_s, shared=True):
        loaders = [Loader(settings.data, o, catalogue, wait_s) for o in catalogue.operators]
        incomplete = any(loader.lacks_tables() for loader in loaders)
    if incomplete:
        with Run(settings.data, catalogue, lock_wait_s=wait_s) as run:
            run.prepare()


def invoke(
    settings: Settings,
    arguments: list[str],
    manifest: object,
    warehouse: Path | None = None,
    wait_s: float = 0.0,
) -> Build:
    """Run dbt with our project, profile and folders.

    Raises Locked when another program keeps the warehouse open for longer than `wait_s`.
    """
    started = time.perf_counter()
    warehouse = warehouse or warehouse_path(settings)
    # dbt does not wait for readers: it shares a connection that is there before it
    with opened(warehouse, wait_s, read_only=False):
        result = _dbt(
            settings,
            arguments,
            manifest,
            GRIDHOUSE_DATA=str(settings.data.resolve()),
            GRIDHOUSE_WAREHOUSE=str(warehouse),
            GRIDHOUSE_MEMORY=settings.memory,
        )
    seconds = time.perf_counter() - started
    return _summary(result, seconds, settings.data.resolve(), manifest, warehouse)


def _dbt(settings: Settings, arguments: list[str], manifest: object | None = None, **profile: str):
    """Run dbt with what the profile reads from the environment."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    data = settings.data.resolve()
    with _environment(DBT_SEND_ANONYMOUS_USAGE_STATS="false", **profile):
        result = dbtRunner(manifest=manifest).invoke(
            [
                *arguments,
                "--project-dir", str(PROJECT),
                "--profiles-dir", str(PROJECT),
                "--target-path", str(data / "dbt" / "target"),
                "--log-path", str(data / "dbt" / "logs"),
                "--quiet",
                "--no-use-colors",
            ]
        )  # fmt: skip
    if DuckDBConnectionManager._ENV is not None:
        # dbt keeps the file open for as long as the process lives; others want to read it
        DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()
    return result


def _summary(result, seconds: float, data: Path, manifest, warehouse: Path) -> Build:
    done = Build(ok=bool(result.success), seconds=seconds)
    if result.exception:
        done.failures.append(str(result.exception))
        done.kept_out = is_held(result.exception)
    for node in getattr(result.result, "results", None) or []:
        kind, status = str(node.node.resource_type), str(node.status)
        done.models += kind in ("model", "seed")
        done.tests += kind in ("test", "unit_test")
        text = f"{kind} {node.node.name}: {status}: {(node.message or '').strip()}"
        rows = ""
        if kind == "test" and status in ("fail", "warn"):
            rows = offenders(node.node, manifest, warehouse, data / "raw.duckdb")
        if status == "error" and kind in ("model", "seed"):
            outdated = other_columns(node.node, warehouse)
            rows = f"\n  {outdated}" if outdated else ""
        if status in ("error", "fail", "runtime error"):
            done.failures.append(f"{text} (log: {data / 'dbt' / 'logs' / 'dbt.log'}){rows}")
        elif status == "warn":
            done.warnings.append(text + rows)
            done.rows_lost |= ROWS_LOST in node.node.tags
    return done


@contextmanager
def _environment(**values: str):
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
