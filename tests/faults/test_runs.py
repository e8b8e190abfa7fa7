"""Replay, two runs at once, a full disk, a mirror that misbehaves: nothing is lost or doubled."""

import subprocess
import time
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

import synthetic
from synthetic import mirror
from synthetic.mirror import base_urls
from tests.faults.runs import (
    COMMAND,
    HANGS_S,
    environment,
    extract_and_build,
    gridhouse,
    marts,
)

pytestmark = pytest.mark.slow


@pytest.mark.ci
def test_replay_rebuilds_the_same_marts_offline(built):
    before = marts(built)
    for name in ("raw.duckdb", "gridhouse.duckdb"):
        (built / name).unlink()
    gridhouse(built, "replay")
    gridhouse(built, "build")
    assert marts(built) == before


def test_second_run_waits_or_says_who_holds_the_lock(built, batches):
    holder = subprocess.Popen(
        [
            COMMAND[0],
            "-c",
            "import time; from pathlib import Path; from extract.locks import lock\n"
            f"with lock(Path({str(built)!r}), 'extract', 0):\n"
            "    print('held', flush=True)\n"
            "    time.sleep(6)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    refused = gridhouse(
        built, "extract", "--from", str(batches[0]), code=75, GRIDHOUSE_LOCK_WAIT_S="0"
    )
    assert f"process {holder.pid}" in refused.stderr.replace("\n", " ")
    gridhouse(built, "extract", "--from", str(batches[0]), GRIDHOUSE_LOCK_WAIT_S="60")  # waits
    holder.wait(HANGS_S)


def test_two_extractions_and_two_builds_at_once_damage_nothing(built, batches, tmp_path):
    data = tmp_path / "data"
    for arguments in (["extract", "--from", str(batches[0])], ["build"]):
        both = [
            subprocess.Popen(
                [*COMMAND, *arguments],
                env=environment(data, GRIDHOUSE_LOCK_WAIT_S="120"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(2)
        ]
        assert [p.wait(HANGS_S) for p in both] == [0, 0]
    extract_and_build(data, batches[1])
    assert marts(data) == marts(built)


def test_extraction_and_build_at_once_both_end_well(built, batches, tmp_path):
    data = tmp_path / "data"
    extract_and_build(data, batches[0])
    both = [
        subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment(data, GRIDHOUSE_LOCK_WAIT_S="120"),
            stderr=subprocess.PIPE,
            text=True,
        )
        for arguments in (["extract", "--from", str(batches[1])], ["build"], ["catalog"])
    ]
    said = [p.communicate(timeout=HANGS_S)[1] for p in both]
    assert [p.returncode for p in both] == [0, 0, 0], said
    gridhouse(data, "build")
    assert marts(data) == marts(built)


def test_readers_keep_a_build_out_and_are_told_apart(built):
    with duckdb.connect(str(built / "gridhouse.duckdb"), read_only=True) as reader:
        count = reader.execute("select count(*) from marts.fct_price_intervals").fetchone()
        refused = gridhouse(built, "build", code=75, GRIDHOUSE_LOCK_WAIT_S="0")
        assert "open in another program" in refused.stderr.replace("\n", " ")
        assert reader.execute("select count(*) from marts.fct_price_intervals").fetchone() == count
    gridhouse(built, "build")
    with duckdb.connect(str(built / "gridhouse.duckdb"), read_only=True) as reader:
        assert reader.execute("select count(*) from marts.fct_price_intervals").fetchone() == count


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MB that can be made larger."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True
    )
    if made.returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_full_disk_loses_nothing(built, batches, small_disk):
    data = small_disk / "data"
    data.mkdir()
    failures = 0
    size = 8
    for files in batches:
        for arguments in (["extract", "--from", str(files)], ["build"]):
            while gridhouse(data, *arguments, code=None).returncode:
                failures += 1
                size += size // 4  # each try is a whole run
                assert size < 400, "does not end well even with space"
                subprocess.run(
                    ["mount", "-o", f"remount,size={size}m", str(small_disk)], check=True
                )
    assert failures > 1
    assert marts(data) == marts(built)


NOW = datetime(2026, 6, 17, tzinfo=UTC)
FAULTS = [
    {"path": "mirDownload", "kind": "status", "status": 503, "every": 3},
    {"path": "mirDownload", "kind": "cut", "bytes": 300, "skip": 1, "every": 4},
    {"path": "SingleZip", "kind": "status", "status": 429, "retry_after": 0, "every": 2},
    {"path": "DispatchIS.*zip", "kind": "html", "every": 2},
    {"path": "SCADA.*zip", "kind": "truncate", "every": 3},
    {"path": "TradingIS.*zip", "kind": "flip", "bytes": 40, "every": 3},
    {"path": "IceDocList", "kind": "status", "status": 500, "every": 2},
]


def test_misbehaving_site_ends_in_the_same_marts(tmp_path_factory, tmp_path):
    """Everything that a good site gives is there, however often the bad one has to be asked."""
    folder = tmp_path_factory.mktemp("site")
    day = synthetic.SAMPLE_DAYS["nem"][-1]
    synthetic.write(folder, 5, day, day + timedelta(1), points=3, hours=(11, 12))
    span = ["--start", str(day), "--end", str(day)]
    quick = {"GRIDHOUSE_RETRY_BASE_S": "0.01", "GRIDHOUSE_RETRY_CAP_S": "0.05"}
    results = {}
    for name, faults in (("good", []), ("bad", FAULTS)):
        data = tmp_path / name
        # OASIS puts the time of the answer into its names: the same one for both
        with mirror.start(folder, faults=faults, now=lambda: NOW) as server:
            env = base_urls(server.url) | quick
            deadline = time.monotonic() + 240
            for operator, window in (("ercot", []), ("caiso", span), ("nem", [])):
                while (
                    done := gridhouse(data, "extract", operator, *window, code=None, **env)
                ).returncode:
                    assert name == "bad" and time.monotonic() < deadline, done.stdout
        gridhouse(data, "build")
        results[name] = marts(data)
    differ = [t for t in results["good"] if results["good"][t] != results["bad"][t]]
    assert not differ
    assert sum(rows for _, rows in results["good"].values()) > 1000
