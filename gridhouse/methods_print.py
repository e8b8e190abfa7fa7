"""Answers of the methods as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


def table(
    console: Console, title: str, names: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Numbers with two decimals, nothing for nothing, text as it is."""
    out = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in names:
        out.add_column(name, no_wrap=name == "run")
    for row in rows:
        # names are the operator's, and may hold what rich takes for markup
        out.add_row(*(Text(_shown(value)) for value in row))
    console.print(out)


def print_scenario(console: Console, answer: dict[str, Any]) -> None:
    """Prices of a scenario, what drives them, events and their quotes."""
    if answer["reason"]:
        console.print(answer["reason"], style="yellow", markup=False)
    console.print(
        f"Run of {answer['run_at']:%Y-%m-%d %H:%M:%S} UTC, energy {answer['system_lambda']:.2f} "
        f"$/MWh, fit {answer['ptdf_run_id']}; "
        f"{answer['uncovered_mu']:.0%} of the shadow prices have no factors",
        markup=False,
    )
    levels = [point["level"] for point in answer["nodes"][0]["quantiles"]]
    above = f"above {answer['threshold']:g}"
    table(
        console,
        "Prices, $/MWh",
        ("point", "price", "congestion", above, *(f"{level:.0%}" for level in levels)),
        (
            [
                *(n[name] for name in ("location", "price", "congestion", "chance_above")),
                *(point["price"] for point in n["quantiles"]),
            ]
            for n in answer["nodes"]
        ),
    )
    table(
        console,
        "Drivers",
        ("point", "", "constraint", "contingency", "shadow price", "factor", "adds"),
        (
            [
                *(d[name] for name in ("location", "rank", "constraint_name", "contingency_name")),
                *(d["shadow_price"], f"{d['beta']:.4f}", d["contribution"]),
            ]
            for d in answer["drivers"]
        ),
    )
    table(
        console,
        "Events: price of a share that pays a dollar",
        ("event", "outcome", "shares", "bid", "ask"),
        (
            (q["event"], q["outcome"], f"{q['shares']:g}", f"{q['bid']:.4f}", f"{q['ask']:.4f}")
            for q in answer["quotes"]
        ),
    )


def print_assimilation(console: Console, result: dict[str, Any]) -> None:
    """What it ran on, and its errors beside those of others."""
    console.print(
        f"Ran on {result['device']}: {result['observation_count']:,} observations from "
        f"{result['first_interval_start']:%Y-%m-%d %H:%M} to "
        f"{result['last_interval_start']:%Y-%m-%d %H:%M} UTC, "
        f"{result['forecast_count']:,} forecasts"
        + (", scores in sample: there is too little time" if result["is_in_sample"] else "")
        + (", A FILTER DIVERGED" if result["has_diverged"] else ""),
        markup=False,
    )
    if not result["scores"]:
        console.print("No forecast can be scored: no hour after the training has an actual.")
        return
    names = ("quantity", "hours", "method", "forecasts", "rmse_mw", "crps_mw", "coverage_90")
    rows = ([score[name] for name in names] for score in result["scores"])
    table(console, "Errors of forecasts", names, rows)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value)
