"""Folders of synthetic files that several tests read."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

import synthetic

SEED = 3
AUTUMN, SPRING = date(2025, 11, 2), date(2026, 3, 8)
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def clock_changes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both clock-change days, all feeds of ERCOT and CAISO."""
    folder = tmp_path_factory.mktemp("clock_changes")
    for day in (AUTUMN, SPRING):
        synthetic.write(folder, SEED, day, day + DAY, operators=["ercot", "caiso"], points=14)
    return folder


@pytest.fixture(scope="session")
def nem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A NEM day of each form, with directions, on both sides of five-minute settlement."""
    folder = tmp_path_factory.mktemp("nem")

    def one(day: date, count: int, *forms: str, **more: object) -> None:
        options = {"operators": ["nem"], "nem_forms": forms}
        synthetic.write(folder, SEED, day, day + count * DAY, **options, **more)

    one(date(2018, 5, 1), 1, "mmsdm", "current")
    one(date(2021, 9, 30), 2, "mmsdm", "archive")
    one(date(2024, 7, 31), 2, "mmsdm")
    one(date(2026, 3, 1), 1, "mmsdm")
    one(date(2025, 12, 27), 1, "current", hours=(0, 3))
    return folder


@pytest.fixture(scope="session")
def sample_set(tmp_path_factory: pytest.TempPathFactory) -> synthetic.Summary:
    """What `make run` serves."""
    return synthetic.samples(tmp_path_factory.mktemp("sample_set"))
