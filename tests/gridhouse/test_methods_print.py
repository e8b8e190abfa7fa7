"""Names are printed as they are, also those that look like a printer's own marks."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console

from gridhouse.methods_print import print_assimilation, print_scenario, table

ODD = 'A|B 100% "q" [/red]=5 [bold]x[/bold] \\'
AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


def printed(printer, *arguments) -> str:
    console = Console(file=io.StringIO(), width=400)
    printer(console, *arguments)
    return console.file.getvalue()


def test_cells_of_tables() -> None:
    assert ODD in printed(table, "Title", ("name", "value"), [[ODD, 1.0], [None, ODD]])


def test_a_scenario_of_odd_names() -> None:
    answer = {
        "reason": f"reason {ODD}",
        "run_at": AT,
        "system_lambda": 30.0,
        "ptdf_run_id": f"run {ODD}",
        "uncovered_mu": 0.0,
        "threshold": 25.0,
        "nodes": [
            {
                "location": f"point {ODD}",
                "price": 1.0,
                "congestion": 0.0,
                "chance_above": None,
                "quantiles": [],
            }
        ],
        "drivers": [
            {
                "location": "HB_WEST",
                "rank": 1,
                "constraint_name": f"constraint {ODD}",
                "contingency_name": f"contingency {ODD}",
                "shadow_price": 1.0,
                "beta": 0.1,
                "contribution": -0.1,
            }
        ],
        "quotes": [{"event": f"event {ODD}", "outcome": ODD, "shares": 1, "bid": 0.1, "ask": 0.2}],
    }
    said = printed(print_scenario, answer)
    for what in ("reason", "run", "point", "constraint", "contingency", "event"):
        assert f"{what} {ODD}" in said


def test_an_assimilation_on_an_odd_device() -> None:
    result = {
        "device": ODD,
        "observation_count": 1,
        "first_interval_start": AT,
        "last_interval_start": AT,
        "forecast_count": 1,
        "is_in_sample": False,
        "has_diverged": False,
        "scores": [],
    }
    assert ODD in printed(print_assimilation, result)
