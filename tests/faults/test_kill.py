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
from pathlib import Path

import pytest

from tests.faults.runs import COMMAND, environment, extract_and_build, marts

pytestmark = [pytest.mark.slow, pytest.mark.ci]

KILLS = int(os.environ.get("GRIDHOUSE_KILLS", "4"))
SEED = int(os.environ.get("GRIDHOUSE_KILL_SEED", "20260105"))
KILLS_OF_BATCH = (4, 6)  # before a folder is brought to its end and compared


def run_and_kill(data: Path, files: Path, target: str, after: float) -> bool:
    """Extract and build; SIGKILL `target`, one of both, `after` seconds after its start.

    False if it was over before.
    """
    for arguments in (["extract", "--from", str(files)], ["build"]):
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment(data),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(after if arguments[0] == target else None)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
    return False


def test_killed_runs_end_in_the_same_marts(batches, undisturbed, tmp_path):
    reference, seconds = undisturbed
    expected = marts(reference)
    assert sum(rows for _, rows in expected.values()) > 1000
    chance = random.Random(SEED)
    done = missed = 0
    while done < KILLS:
        data = tmp_path / f"killed{done}"
        for files, longest, kills in zip(batches, seconds, KILLS_OF_BATCH, strict=True):
            for _ in range(min(kills, max(KILLS - done, 1))):
                turn = done % 2  # so that few kills hit both
                after = chance.uniform(0, longest[turn])
                hit = run_and_kill(data, files, ("extract", "build")[turn], after)
                done, missed = done + hit, missed + (not hit)
                assert missed <= 10 + KILLS, f"{missed} runs were over before they were killed"
            extract_and_build(data, files)
        found = marts(data)
        differ = [name for name in expected if found.get(name) != expected[name]]
        assert not differ, f"after {done} kills (seed {SEED}) these differ: {differ}; {data}"
        shutil.rmtree(data)
        print(f"{done} kills so far, {missed} came too late", flush=True)
