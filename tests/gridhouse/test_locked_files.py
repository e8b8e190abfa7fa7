"""Database files that somebody else has: wait, then say who, never fail half way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

import synthetic
from extract.load import Loader
from extract.locks import Locked, lock, opened
from gridhouse import dbt
from tests.gridhouse.conftest import DAY, FEED, Command

HOLD = """
import contextlib, sys, time
from pathlib import Path
import duckdb
from extract.locks import lock
path, read_only, name, seconds = Path(sys.argv[1]), sys.argv[2] == "read", sys.argv[3], sys.argv[4]
held = lock(path.parent, name, 0) if name else contextlib.nullcontext()
with held, duckdb.connect(str(path), read_only=read_only):
    print("held", flush=True)
    time.sleep(float(seconds))
"""


@contextmanager
def held(path: Path, mode: str, *, name: str = "", seconds: float = 60) -> Iterator[int]:
    """Another process has the file open (and holds the lock `name`) for so long; its id."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), mode, name, str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "held\n"
        yield process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def built(prepared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an empty warehouse; dbt does nothing."""
    counts = SimpleNamespace(resource_type="model", fqn=[], depends_on=SimpleNamespace(nodes=[]))
    result = SimpleNamespace(results=[], nodes={dbt.ROW_COUNTS: counts})
    done = SimpleNamespace(success=True, exception=None, result=result)
    monkeypatch.setattr(dbt, "_dbt", lambda *_, **__: done)
    with opened(prepared_data / "gridhouse.duckdb", 0, read_only=False):
        return prepared_data


def test_shared_holders_are_named_as_long_as_they_hold(tmp_path):
    me = rf"process {os.getpid()}\b"
    with lock(tmp_path, "raw", 0, shared=True):
        with lock(tmp_path, "raw", 0, shared=True):
            pass
        with pytest.raises(Locked, match=me), lock(tmp_path, "raw", 0):
            pass
    with (
        lock(tmp_path, "raw", 0),
        pytest.raises(Locked, match=me),
        lock(tmp_path, "raw", 0, shared=True),
    ):
        pass
    assert (tmp_path / ".locks" / "raw.lock").read_text() == ""


def test_a_killed_holder_is_not_named_for_the_next(tmp_path):
    with held(tmp_path / "raw.duckdb", "write", name="raw") as killed:
        pass
    with (
        lock(tmp_path, "raw", 0, shared=True),
        pytest.raises(Locked) as caught,
        lock(tmp_path, "raw", 0),
    ):
        pass
    assert f"process {os.getpid()}" in str(caught.value) and str(killed) not in str(caught.value)


@pytest.mark.parametrize("mode", ["read", "write"])
def test_extract_is_kept_out_by_another_program(gridhouse: Command, prepared_data, corrected, mode):
    raw = prepared_data / "raw.duckdb"
    extract = ["extract", "--from", str(corrected.folder.parent)]
    with held(raw, mode) as pid:
        said = gridhouse(*extract, code=75).stderr
    assert str(raw) in said and str(pid) in said and "Close that connection" in said
    gridhouse(*extract)  # nothing was damaged


def test_extract_waits_for_a_reader_that_goes(gridhouse: Command, prepared_data, corrected, env):
    env("GRIDHOUSE_LOCK_WAIT_S", "30")
    with held(prepared_data / "raw.duckdb", "read", seconds=2):
        gridhouse("extract", "--from", str(corrected.folder.parent))


@pytest.mark.parametrize(("file", "mode"), [("raw.duckdb", "write"), ("gridhouse.duckdb", "read")])
def test_build_is_kept_out_by_another_program(gridhouse: Command, built, file, mode):
    with held(built / file, mode) as pid:
        said = gridhouse("build", code=75).stderr
    assert str(built / file) in said and str(pid) in said
    gridhouse("build")


def test_build_waits_for_an_extraction_that_writes(gridhouse: Command, built, env):
    env("GRIDHOUSE_LOCK_WAIT_S", "30")
    with held(built / "raw.duckdb", "write", name="raw", seconds=2):
        gridhouse("build")


@pytest.mark.parametrize(
    ("file", "name"), [("raw.duckdb", "raw"), ("gridhouse.duckdb", "warehouse")]
)
def test_catalog_waits_for_a_writer_then_names_it(gridhouse: Command, built, env, file, name):
    with held(built / file, "write", name=name) as pid:
        said = gridhouse("catalog", code=75).stderr
    assert f"the {name} lock" in said and str(pid) in said
    env("GRIDHOUSE_LOCK_WAIT_S", "30")
    with held(built / file, "write", name=name, seconds=2):
        assert synthetic.FEEDS["ercot"][0] in gridhouse("catalog").stdout


def test_catalog_is_kept_out_by_another_program(gridhouse: Command, built):
    with held(built / "gridhouse.duckdb", "write") as pid:
        said = gridhouse("catalog", code=75).stderr
    assert "gridhouse.duckdb is open in another program" in said and str(pid) in said


def test_an_extraction_that_ends_half_way_says_what_landed(
    gridhouse: Command, tmp_path, monkeypatch
):
    """A long build holds `raw` when the second operator's files are to be loaded."""
    options = {"points": 3, "hours": (11, 12), "feeds": [FEED, "nem_tradingis"]}
    synthetic.write(tmp_path / "files", 5, DAY, DAY + timedelta(1), **options)
    load = Loader.load

    def load_ercot(loader: Loader, parse, feeds):
        if loader.operator != "ercot":
            raise Locked("the raw lock is held")
        return load(loader, parse, feeds)

    extract = ["extract", "--from", str(tmp_path / "files"), "--json"]
    with monkeypatch.context() as patch:
        patch.setattr(Loader, "load", load_ercot)
        said = gridhouse(*extract, code=75).stderr
    assert "1 file(s) with 72 rows had landed before" in said
    feeds = json.loads(gridhouse(*extract).stdout)["extract"]["feeds"]
    assert feeds[FEED]["known"] == 1 and feeds[FEED]["files"] == 0
    assert feeds["nem_tradingis"]["files"] == 12
