"""Runs killed at random moments end in the same marts as an undisturbed run, row for row.

`GRIDHOUSE_KILLS` (default 4) kills are spread over extract and build, first runs and incremental
ones: each four of them hit each of these once, and two hit a first extract and a second build.
`make test-all` runs it, `make test-ci` with 2 kills; 100 kills take about an hour.
"""

import os
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.faults.runs import COMMAND, HANGS_S, environment, extract_and_build, marts

KILLS = int(os.environ.get("GRIDHOUSE_KILLS", "4"))
SEED = int(os.environ.get("GRIDHOUSE_KILL_SEED", "20260105"))
KILLS_OF_FOLDER = 8  # before it is brought to its end and compared
TARGETS = ("extract", "build")


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
            process.wait(after if arguments[0] == target else HANGS_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            assert arguments[0] == target, f"{arguments[0]} hangs"
            return True
    return False


def targets(kills: int) -> list[list[str]]:
    """What the kills of one folder aim at, by batch.

    Extracts come first: before it kills a build, a run ends the batch's extract, and after that
    an extract of it has nothing to land.
    """
    aims = [[(n + batch) % 2 for n in range((kills + 1 - batch) // 2)] for batch in (0, 1)]
    return [[TARGETS[aim] for aim in sorted(of_batch)] for of_batch in aims]


def test_targets():
    assert targets(1) == [["extract"], []]
    assert targets(2) == [["extract"], ["build"]]
    assert targets(4) == [["extract", "build"], ["extract", "build"]]
    assert targets(7) == [["extract"] * 2 + ["build"] * 2, ["extract"] + ["build"] * 2]


@pytest.mark.slow
@pytest.mark.ci
def test_killed_runs_end_in_the_same_marts(batches, undisturbed, tmp_path):
    reference, seconds = undisturbed
    expected = marts(reference)
    assert sum(rows for _, rows in expected.values()) > 1000
    chance = random.Random(SEED)
    done = missed = 0
    while done < KILLS:
        data = tmp_path / f"killed{done}"
        aims = targets(min(KILLS - done, KILLS_OF_FOLDER))
        for files, longest, aimed_at in zip(batches, seconds, aims, strict=True):
            of = dict(zip(TARGETS, longest, strict=True))
            for target in aimed_at:
                while not run_and_kill(data, files, target, chance.uniform(0, of[target])):
                    missed += 1
                    assert missed <= 10 + KILLS, f"{missed} runs were over before they were killed"
                done += 1
            extract_and_build(data, files)
        found = marts(data)
        differ = [name for name in expected if found.get(name) != expected[name]]
        assert not differ, f"after {done} kills (seed {SEED}) these differ: {differ}; {data}"
        shutil.rmtree(data)
        print(f"{done} kills so far, {missed} came too late", flush=True)
