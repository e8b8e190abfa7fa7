"""The command in this process, on a small folder of files with known truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import synthetic

DAY = date(2026, 6, 15)
FEED = "ercot_np4_190_cd"  # hourly prices, one file a day

Command = Callable[..., Any]  # answers with output, stdout, stderr, exit_code


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Sets a variable for the rest of the test."""
    return monkeypatch.setenv


@pytest.fixture
def gridhouse(prepared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command on `prepared_data`, expecting the exit code `code`."""
    from gridhouse.cli import app

    monkeypatch.setenv("GRIDHOUSE_DATA", str(prepared_data))
    monkeypatch.setenv("GRIDHOUSE_LOCK_WAIT_S", "1")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == code, (done.output, done.exception)
        return done

    return run


@pytest.fixture(scope="session")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> synthetic.Truth:
    """A day of hourly prices of three points, published, and corrected two days later."""
    folder = tmp_path_factory.mktemp("corrected")
    options = {"operators": ["ercot"], "feeds": [FEED], "points": 3}
    synthetic.write(folder, 5, DAY, DAY + timedelta(1), **options)
    synthetic.write_corrections(folder, 5, DAY, DAY + timedelta(1), share=0.2, **options)
    return synthetic.Truth(folder)
