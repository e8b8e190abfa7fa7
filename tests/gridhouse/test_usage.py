"""What makes no sense is refused with code 2 and a reason, before anything is done."""

from __future__ import annotations

import pytest

from extract.run import Run
from gridhouse import jobs
from tests.gridhouse.conftest import FEED, Command


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["extract", "--start", "2026-01-01"], "--start and --end belong together"),
        (["extract", "--start", "2026-01-02", "--end", "2026-01-01"], "is before --start"),
        (["extract", "--start", "1.1.2026", "--end", "2026-01-01"], "'1.1.2026' is not a day"),
        (["extract", "--days", "2", "--start", "2026-01-01"], "either --days or --start"),
        (["extract", "NP0-000-XX"], "NP0-000-XX"),
        (["extract", "--from", "nowhere"], "--from nowhere: no such folder"),
        (["extract", "--from", ".", "--days", "2"], "--from takes the whole folder"),
        (["backfill", FEED], "backfill needs --start and --end"),
        (["build", "--as-of", "2026-01-01T12:00:00"], "not an instant with offset"),
        (["run", "--samples", "--start", "2026-01-01", "--end", "2026-01-02"], "--samples"),
        (["run", "--samples", "--days", "2"], "--samples"),
        (["run", "--samples", "--max-new", "2"], "--samples"),
        (["report", "bess", "--month", "2026-3"], "'2026-3' is not a month; write it as 2026-03"),
        (["report", "bess", "--month", "2026-03-01"], "'2026-03-01' is not a month"),
        (["report", "bess", "--month", "2026-13"], "'2026-13' is not a month"),
        (["report", "bess", "--month", "2999-01"], "--month 2999-01 has not begun"),
        (
            ["report", "bess", "--month", "2026-03", "--out", "no/page.html"],
            "--out no/page.html: a",
        ),
        (["report", "bess", "--month", "2026-03", "--out", "."], "--out .: a file in a folder"),
        (
            ["scenario", "--nodes", "X", "--liquidity", "1e308"],
            "less than or equal to 1",
        ),
        (["scenario", "--nodes", "X", "--shock", f"C={'9' * 400}"], "shock on C has 400 digits"),
        (["scenario", "--nodes", "X", "--shock", "C=ten"], "'C=ten' is no shock: write"),
        (["scenario", "--nodes", "X", "--shock", "\udcff=5"], "is no text in UTF-8"),
    ],
)
def test_wrong_usage_is_refused(gridhouse: Command, monkeypatch, arguments, reason) -> None:
    monkeypatch.setattr(Run, "__enter__", lambda run: pytest.fail("it was begun"))
    assert reason in gridhouse(*arguments, code=2).stderr


def test_a_wrong_setting_is_named_and_its_value_not_shown(gridhouse: Command, env) -> None:
    env("GRIDHOUSE_RECHECK_DAYS", "s3cret")
    said = gridhouse("catalog", code=2).stderr
    assert "GRIDHOUSE_RECHECK_DAYS" in said and "s3cret" not in said


def test_an_unexpected_error_is_one_line_or_a_traceback(gridhouse: Command, env, monkeypatch):
    def breaks(*_, **__):
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr(jobs, "extract", breaks)
    assert gridhouse("extract", code=1).stderr == "error: ZeroDivisionError: by chance\n"
    env("GRIDHOUSE_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        raise gridhouse("extract", code=1).exception
