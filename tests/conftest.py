"""What all tests share: no network, a fresh data folder, the real files where there are any."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import network_guard
import pytest

from gridhouse.settings import Settings

REPOSITORY = Path(__file__).resolve().parent.parent
GUARD = Path(network_guard.__file__).resolve().parent
REAL_DATA = "GRIDHOUSE_REAL_DATA"

network_guard.install()


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of the person who runs the tests out of them, and the guard in children."""
    for name in [n for n in os.environ if n.startswith("GRIDHOUSE_") and n != REAL_DATA]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    old = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(GUARD), *([old] if old else [])]))
    monkeypatch.setenv("DBT_PROFILES_DIR", str(REPOSITORY))
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, named by GRIDHOUSE_DATA for this test and its child processes."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("GRIDHOUSE_DATA", str(folder))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real published files; the test is skipped where there is none."""
    folder = Path(os.environ.get(REAL_DATA) or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real files: {folder} is not a folder (set {REAL_DATA} to one)")
    return folder


@pytest.fixture(scope="session")
def empty_raw(tmp_path_factory) -> Path:
    """A data folder whose raw.duckdb has every table of the catalogue, all empty."""
    from extract.catalogue import load_catalogue
    from extract.run import Run

    folder = tmp_path_factory.mktemp("empty_raw")
    with Run(folder, load_catalogue()) as run:
        run.prepare()
    return folder


@pytest.fixture
def prepared_data(empty_raw: Path, tmp_path: Path) -> Path:
    """A copy of `empty_raw` of the test's own: creating the tables takes seconds, copying not."""
    return Path(shutil.copytree(empty_raw, tmp_path / "data"))
