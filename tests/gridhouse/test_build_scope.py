"""What a build tests: everything since the last whole build that passed."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

import synthetic
from extract.locks import opened
from gridhouse import dbt
from gridhouse.settings import Settings
from tests.gridhouse.conftest import Command

COUNTS = SimpleNamespace(resource_type="model", fqn=[], depends_on=SimpleNamespace(nodes=[]))
THE_MANIFEST = SimpleNamespace(results=[], nodes={dbt.ROW_COUNTS: COUNTS})


class FakeDbt:
    """Stands for dbt: reads the project, remembers the variables of each build, ends as told."""

    def __init__(self) -> None:
        self.builds: list[dict] = []
        self.green = True

    def __call__(self, settings, arguments, manifest=None, **profile):
        if arguments[0] == "parse":
            return SimpleNamespace(success=True, exception=None, result=THE_MANIFEST)
        self.builds.append(json.loads(arguments[arguments.index("--vars") + 1]))
        return SimpleNamespace(success=self.green, exception=None, result=None)

    @property
    def since(self) -> str | None:
        return self.builds[-1].get("tests_since")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeDbt:
    made = FakeDbt()
    monkeypatch.setattr(dbt, "_dbt", made)
    return made


@pytest.fixture
def settings(prepared_data: Path) -> Settings:
    return Settings(data=prepared_data)


def test_rows_are_counted_after_all_staging_models(manifest):
    staging = {k for k, n in manifest.nodes.items() if n.fqn[1:2] == ["staging"]}
    read_by_nobody_else = "model.gridhouse.stg_ercot__dam_ptp_bids"
    models = {k for k in staging if k.startswith("model.")}
    assert read_by_nobody_else in models <= set(manifest.nodes[dbt.ROW_COUNTS].depends_on.nodes)


def test_a_green_whole_build_moves_the_instant(fake, settings):
    dbt.build(settings)
    assert fake.since is None  # the first build tests everything
    between = datetime.now(UTC)
    dbt.build(settings)
    first = datetime.fromisoformat(fake.since)
    assert first < between and first.utcoffset().total_seconds() == 0
    dbt.build(settings)
    assert datetime.fromisoformat(fake.since) > between


def test_a_failed_build_leaves_the_instant_for_the_next(fake, settings):
    dbt.build(settings)
    dbt.build(settings)
    passed = fake.since
    dbt.build(settings)
    moved = fake.since
    assert moved > passed
    fake.green = False
    dbt.build(settings)
    failed_with = fake.since
    dbt.build(settings)
    assert fake.since == failed_with > moved


def test_a_failed_first_build_tests_everything_again(fake, settings):
    fake.green = False
    dbt.build(settings)
    dbt.build(settings)
    assert fake.since is None


def test_selected_builds_read_the_instant_and_leave_it(fake, settings):
    dbt.build(settings)
    dbt.build(settings, select=["marts"])
    known = fake.since
    dbt.build(settings)
    assert fake.since == known is not None


def test_a_full_refresh_or_a_new_file_tests_everything(fake, settings):
    dbt.build(settings)
    fake.green = False
    dbt.build(settings, full_refresh=True)
    assert fake.since is None
    dbt.build(settings)  # the refresh failed: still everything
    assert fake.since is None
    fake.green = True
    dbt.build(settings)
    dbt.warehouse_path(settings).unlink()
    dbt.build(settings)
    assert fake.since is None


def test_the_project_is_not_read_anew_for_another_instant(fake, settings, monkeypatch):
    """dbt parses every file again when a variable differs, so the build gets a manifest."""
    given = []

    def noting(settings, arguments, manifest=None, **profile):
        given.append((arguments[0], "--vars" in arguments, manifest))
        return SimpleNamespace(success=True, exception=None, result=THE_MANIFEST)

    monkeypatch.setattr(dbt, "_dbt", noting)
    dbt.build(settings)
    assert given == [("parse", False, None), ("build", True, THE_MANIFEST)]


def test_a_build_is_told_the_folder_and_the_limit_and_a_parse_is_not(settings, monkeypatch):
    told = []

    def noting(settings, arguments, manifest=None, **profile):
        told.append((arguments[0], profile))
        return SimpleNamespace(success=True, exception=None, result=THE_MANIFEST)

    monkeypatch.setattr(dbt, "_dbt", noting)
    folder = settings.data.resolve()
    dbt.build(Settings(data=folder, memory="1GB"))
    dbt.build(Settings(data=folder, memory="2GB"), as_of=datetime(2026, 6, 1, tzinfo=UTC))
    ((_, read), (_, built)), ((_, read_then), (_, built_then)) = told[:2], told[2:]
    assert [command for command, _ in told] == ["parse", "build"] * 2
    assert read["GRIDHOUSE_DATA"] == read_then["GRIDHOUSE_DATA"] == "."
    assert read["GRIDHOUSE_MEMORY"] == read_then["GRIDHOUSE_MEMORY"]
    assert built == {
        "GRIDHOUSE_DATA": str(folder),
        "GRIDHOUSE_WAREHOUSE": str(folder / "gridhouse.duckdb"),
        "GRIDHOUSE_MEMORY": "1GB",
    }
    assert (built_then["GRIDHOUSE_DATA"], built_then["GRIDHOUSE_MEMORY"]) == (str(folder), "2GB")
    then = Path(built_then["GRIDHOUSE_WAREHOUSE"])
    assert then.parent == folder and then.name == read_then["GRIDHOUSE_WAREHOUSE"]
    assert then.name != read["GRIDHOUSE_WAREHOUSE"] == "gridhouse.duckdb"


def test_the_project_is_not_read_anew_for_another_folder(read_once, prepared_data):
    """dbt parses every file again when the profile names another path or another limit."""
    assert not (prepared_data / "dbt").exists()
    dbt.parse(Settings(data=prepared_data, memory="1GB"))
    assert parsed_of(prepared_data) == (0, True)


@pytest.mark.slow
@pytest.mark.ci
def test_what_a_killed_parse_left_is_parsed_anew(prepared_data, manifest, monkeypatch):
    monkeypatch.delenv("DBT_PARTIAL_PARSE_FILE_PATH")
    settings = Settings(data=prepared_data)
    dbt.parse(settings)
    torn = prepared_data / "dbt" / "target" / "partial_parse.msgpack"
    os.truncate(torn, torn.stat().st_size // 2)
    found = dbt.parse(settings)
    parsed, _ = parsed_of(prepared_data)
    assert parsed > 1000 and found.nodes.keys() == manifest.nodes.keys()


def parsed_of(data: Path) -> tuple[int, bool]:
    """How many files the last parse read, and whether it saw those of the whole project."""
    said = json.loads((data / "dbt" / "target" / "perf_info.json").read_text())
    return said["parsed_path_count"], said["path_count"] > 1000


@pytest.mark.slow
def test_a_failed_test_fails_every_build_until_the_rows_are_mended(
    gridhouse: Command, prepared_data: Path, corrected: synthetic.Truth
) -> None:
    """One row too many in the ledger of a file, which `fct_files` then does not reconcile."""
    first, second = sorted(p for p in corrected.folder.parent.rglob("*.zip"))
    for file in (first, second):
        folder = prepared_data.parent / file.stem
        folder.mkdir()
        shutil.copy(file, folder)
        gridhouse("extract", "--from", str(folder))
        if file == first:
            gridhouse("build")

    def add_to_rows(number: int) -> None:
        with opened(prepared_data / "raw.duckdb", 0, read_only=False) as connection:
            connection.execute(
                f"update ercot._files set rows_in_file = rows_in_file + {number} where name = ?",
                [second.name],
            )

    add_to_rows(1)
    assert "rows_of_a_file_land_or_are_rejected" in gridhouse("build", code=1).stdout
    assert "rows_of_a_file_land_or_are_rejected" in gridhouse("build", code=1).stdout
    add_to_rows(-1)
    gridhouse("build", "--full-refresh")
