"""What all tests share: no network, a fresh data folder, the real files where there are any."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import network_guard
import pytest

from gridhouse.settings import Settings

REPOSITORY = Path(__file__).resolve().parent.parent
GUARD = Path(network_guard.__file__).resolve().parent
REAL_DATA = "GRIDHOUSE_REAL_DATA"

network_guard.install()


@pytest.fixture(scope="session", autouse=True)
def _own_settings() -> Iterator[None]:
    """Keep the settings of the person who runs the tests out of them, and the guard in children.

    The file `.env` is kept out of this process alone: a command that a test starts reads it.
    """
    old = os.environ.get("PYTHONPATH")
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("GRIDHOUSE_") and n != REAL_DATA]:
            patch.delenv(name)
        patch.setitem(Settings.model_config, "env_file", None)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(GUARD), *([old] if old else [])]))
        patch.setenv("DBT_PROFILES_DIR", str(REPOSITORY))
        patch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
        yield


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
def empty_raw(_own_settings: None, tmp_path_factory) -> Path:
    """A data folder whose raw.duckdb has every table of the catalogue, all empty."""
    from extract.catalogue import load_catalogue
    from extract.run import Run

    folder = tmp_path_factory.mktemp("empty_raw")
    with Run(folder, load_catalogue()) as run:
        run.prepare()
    return folder


@pytest.fixture(scope="session")
def read_once(empty_raw: Path, tmp_path_factory) -> None:
    """The whole project is read by dbt once: what it wrote is where all reading here begins.

    Tests in several processes share it, and commands that tests start.
    """
    from extract.locks import lock
    from gridhouse import dbt

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    read = shared / "partial_parse.msgpack"
    with lock(shared, "parse", 600):
        if not read.exists():
            folder = shutil.copytree(empty_raw, tmp_path_factory.mktemp("read") / "data")
            dbt.parse(Settings(data=folder))
            shutil.copy(folder / "dbt" / "target" / read.name, read)
    os.environ["DBT_PARTIAL_PARSE_FILE_PATH"] = str(read)


@pytest.fixture(scope="session", autouse=True)
def _slow_tests_read_once(request: pytest.FixtureRequest) -> None:
    if any(item.get_closest_marker("slow") for item in request.session.items):
        request.getfixturevalue("read_once")


@pytest.fixture(scope="session")
def manifest(read_once, empty_raw: Path, tmp_path_factory) -> object:
    """The project as dbt reads it: it is the same for every data folder."""
    from gridhouse import dbt

    folder = shutil.copytree(empty_raw, tmp_path_factory.mktemp("manifest") / "data")
    return dbt.parse(Settings(data=folder))


@pytest.fixture
def prepared_data(empty_raw: Path, tmp_path: Path) -> Path:
    """A copy of `empty_raw` of the test's own: creating the tables takes seconds, copying not."""
    return Path(shutil.copytree(empty_raw, tmp_path / "data"))
