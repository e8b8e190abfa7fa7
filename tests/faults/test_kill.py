"""Runs killed at random moments end in the same marts as an undisturbed run, row for row.

`GRIDHOUSE_KILLS` (default 4) kills are spread over extract and build, first runs and incremental
ones. Half of them aim at extract, which takes less time than the build.
`make test-all` runs it, `make test-ci` with 2 kills; 100 kills take about an hour.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.faults.runs import COMMAND, environment, extract_and_build, marts

pytestmark = [pytest.mark.slow, pytest.mark.ci]

KILLS = int(os.environ.get("GRIDHOUSE_KILLS", "4"))
SEED = int(os.environ.get("GRIDHOUSE_KILL_SEED", "20260105"))
KILLS_OF_BATCH = (4, 6)  # before a folder is brought to its end and compared


def run_and_kill(data: Path, files: Path, after: float) -> str:
    """Start extract, then build; SIGKILL what runs `after` seconds later; says what was hit."""
    deadline = time.monotonic() + after
    for arguments in (["extract", "--from", str(files)], ["build"]):
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment(data),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while process.poll() is None:
            if time.monotonic() >= deadline:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return arguments[0]
            time.sleep(0.01)
    return "nothing"


def test_killed_runs_end_in_the_same_marts(batches, undisturbed, tmp_path):
    reference, seconds = undisturbed
    expected = marts(reference)
    assert sum(rows for _, rows in expected.values()) > 1000
    chance = random.Random(SEED)
    hit: dict[str, int] = {}
    done = 0
    # a machine whose speed changes may be killed in the same part each time: then some more
    while done < KILLS or not (hit.get("extract") and hit.get("build")):
        assert done < KILLS + 10, hit
        data = tmp_path / f"killed{done}"
        for files, (extract, build), kills in zip(batches, seconds, KILLS_OF_BATCH, strict=True):
            for _ in range(min(kills, max(KILLS - done, 1))):
                # in turn, so that few kills hit both
                begin, end = [(0, extract), (extract, extract + build)][done % 2]
                what = run_and_kill(data, files, chance.uniform(begin, end))
                hit[what] = hit.get(what, 0) + 1
                done += what != "nothing"  # the run was over before its time came
            extract_and_build(data, files)
        found = marts(data)
        differ = [name for name in expected if found.get(name) != expected[name]]
        assert not differ, f"after {done} kills (seed {SEED}) these differ: {differ}; {data}"
        shutil.rmtree(data)
        print(f"{done} kills so far: {hit}", flush=True)
