"""Two batches of files, and a data folder that took them undisturbed."""

from __future__ import annotations

from pathlib import Path

import pytest

import synthetic
from tests.faults.runs import extract_and_build


@pytest.fixture(scope="session")
def batches(tmp_path_factory) -> list[Path]:
    """Two folders: files of the first run, then those of a later one (with corrections)."""
    return synthetic.two_batches(tmp_path_factory.mktemp("batches"))


@pytest.fixture(scope="session")
def undisturbed(batches, tmp_path_factory) -> tuple[Path, list[tuple[float, float]]]:
    """A folder brought to its end, and the seconds that extract and build took per batch."""
    data = tmp_path_factory.mktemp("undisturbed")
    return data, [extract_and_build(data, files) for files in batches]


@pytest.fixture(scope="session")
def built(undisturbed) -> Path:
    """The same folder: whatever a test does with it, its marts stay the same."""
    return undisturbed[0]
