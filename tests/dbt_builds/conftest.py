"""A small warehouse that tests land files in, build, and ask."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import synthetic
from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

DAY = date(2026, 6, 15)


class Warehouse:
    """A data folder with what landed in it and what was built."""

    def __init__(self, folder: Path, files: Path, manifest: object):
        self.settings, self.files = Settings(data=folder), files
        self.catalogue, self.manifest = load_catalogue(), manifest

    def land(self, feed: str, day: date = DAY, hours: tuple[int, int] | None = (10, 11)) -> None:
        """Land the synthetic files of a day of one feed of ERCOT or the NEM."""
        operator = feed.partition("_")[0]
        folder = self.files / f"{feed}_{day}_{hours}"
        synthetic.write(
            folder, 5, day, day + timedelta(1), points=3, hours=hours, feeds=[feed],
            operators=[operator],
        )  # fmt: skip
        self.land_folder(folder)

    def land_folder(self, folder: Path) -> None:
        """Land files; all of them must go well."""
        with Run(self.settings.data, self.catalogue) as run:
            run.prepare()
            run.from_folder(folder, list(self.catalogue))
        assert run.report.problems == [] and run.report.rows

    def dbt(self, command: str, *selected: str, whole: bool = False, **variables: Any) -> dbt.Build:
        """Run a dbt command over the selected nodes, or over all; `whole` rebuilds all days."""
        # the artifacts, which nothing here reads, take twice as long as a build of one model
        arguments = [command, "--vars", json.dumps(variables), "--no-write-json"]
        arguments += ["--full-refresh"] if whole else []
        arguments += ["--select", *selected] if selected else []
        return dbt.invoke(self.settings, arguments, manifest=self.manifest)

    def build(self, *selected: str, whole: bool = False) -> None:
        """Build models without their tests; they must all go well."""
        built = self.dbt("run", *selected, whole=whole)
        assert built.failures == [] and built.models

    def sql(self, query: str) -> list[tuple]:
        """The rows that a query of the warehouse, or a change to it, gives."""
        with duckdb.connect(str(dbt.warehouse_path(self.settings))) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def seeded(empty_raw: Path, manifest: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which nothing landed, and nothing was built but the seeds."""
    folder = shutil.copytree(empty_raw, tmp_path_factory.mktemp("seeded") / "data")
    assert Warehouse(folder, folder.parent, manifest).dbt("seed").ok
    return folder


@pytest.fixture
def warehouse(seeded: Path, tmp_path: Path, manifest: object) -> Warehouse:
    """A copy of `seeded` of the test's own."""
    folder = shutil.copytree(seeded, tmp_path / "data")
    return Warehouse(folder, tmp_path / "files", manifest)
