"""Commands over fitted methods: `ptdf`, `scenario`, `assimilate`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from gridhouse.command import FAILED, Json, Usage, console, guard, instant_of
from gridhouse.methods_print import print_assimilation, print_scenario, table
from gridhouse.report import print_build

ptdf = typer.Typer(no_args_is_help=True, help="Fits of the effective PTDFs, and which is live.")


class Device(StrEnum):
    """What jax computes on."""

    auto = "auto"
    cpu = "cpu"
    gpu = "gpu"


Reason = Annotated[str, typer.Option(help="Why; kept with the decision.")]


@ptdf.command()
def history(as_json: Json = False) -> None:
    """All fits, newest first: window, hold-out error, decision."""
    from gridhouse import ptdf as runs

    with guard() as settings:
        rows = runs.history(settings)
        if as_json:
            print(json.dumps(rows, default=str, allow_nan=False))
            return
        names = ("run", "from", "to", "runs", "points", "limits", "no mu", "rmse", "live", "why")
        table(
            console,
            "Fits, newest first; errors on the hold-out in $/MWh",
            names,
            (
                [
                    run["run_id"],
                    *(f"{run[at]:%Y-%m-%d %H:%M}" for at in _WINDOW),
                    *(run[name] for name in (*_COUNTS, *_ERRORS)),
                    f"by {run['decided_by']}" if run["is_live"] else "",
                    # the rule gives the fit's own reason
                    "; ".join(
                        dict.fromkeys(filter(None, [run["promotion_reason"], run["reason"]]))
                    ),
                ]
                for run in rows
            ),
        )
        if not rows:
            console.print("Nothing was fitted yet: `gridhouse build` fits once there are prices.")


_WINDOW = ("first_run_at", "last_run_at")
_COUNTS = ("interval_count", "location_count", "constraint_count")
_ERRORS = ("baseline_rmse", "holdout_rmse")


@ptdf.command()
def promote(run_id: str, reason: Reason = "promoted by hand") -> None:
    """Make a fit live, whatever the rule said of it."""
    from gridhouse import ptdf as runs

    with guard() as settings:
        try:
            _done(runs.promote(settings, run_id, reason), run_id)
        except runs.NoSuchRun as error:
            raise Usage(str(error)) from None


@ptdf.command()
def rollback(reason: Reason = "rolled back by hand") -> None:
    """Make the fit live again that was before the one that is."""
    from gridhouse import ptdf as runs

    with guard() as settings:
        try:
            run_id, done = runs.rollback(settings, reason)
        except runs.NoSuchRun as error:
            raise Usage(str(error)) from None
        _done(done, run_id)


def _done(built, run_id: str) -> None:
    if not built.ok:
        print_build(console, built)
        raise typer.Exit(FAILED)
    console.print(f"{run_id} is live", markup=False)


def scenario(
    nodes: Annotated[str, typer.Option(help="Settlement points, comma separated.")],
    topk: Annotated[int, typer.Option(min=1, help="Drivers shown of each point.")] = 3,
    shock: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONSTRAINT=CHANGE",
            help="Change a shadow price: =+10 adds, =10 sets, =x1.5 scales; may be repeated. "
            "CONSTRAINT|CONTINGENCY names one pair.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="Instant whose shadow prices to start from (default: the newest)."),
    ] = None,
    threshold: Annotated[float, typer.Option(help="Price that events ask about, $/MWh.")] = 25.0,
    liquidity: Annotated[
        float,
        typer.Option(
            min=1e-6, max=1e12, help="Dollars; the greater, the less a trade moves a price."
        ),
    ] = 100.0,
    as_json: Json = False,
) -> None:
    """What prices would be if constraints bound otherwise, by the live effective PTDFs.

    The answer is kept in marts.scenario_runs, _nodes, _drivers, _events and _quotes.
    """
    from gridhouse import scenario as scenarios

    with guard() as settings:
        names = [name.strip() for name in nodes.split(",") if name.strip()]
        if not names:
            raise Usage("--nodes names no settlement point; write it as HB_WEST,HB_HOUSTON")
        try:
            answer = scenarios.ask(
                settings,
                list(dict.fromkeys(names)),
                topk=topk,
                shocks=shock or [],
                at=instant_of(at, "--at"),
                threshold=threshold,
                liquidity=liquidity,
            )
        except scenarios.NoAnswer as error:
            raise Usage(str(error)) from None
        if as_json:
            print(json.dumps(answer, default=str, allow_nan=False))
        else:
            print_scenario(console, answer)


def assimilate(
    device: Annotated[Device, typer.Option(help="What to compute on.")] = Device.auto,
    as_json: Json = False,
) -> None:
    """Estimate what ERCOT's zones did and will do in six hours, from forecasts and actuals."""
    from gridhouse import assimilation

    with guard() as settings:
        try:
            done = assimilation.run(settings, device.value)
        except assimilation.NoDevice as error:
            raise Usage(str(error)) from None
        if not done.ok:
            print_build(console, done)
            raise typer.Exit(FAILED)
        result = assimilation.newest(settings)
        if as_json:
            print(json.dumps(result, default=str, allow_nan=False))
        elif result is None:
            console.print("Nothing to assimilate: no hour of `features.zone_actuals` has landed.")
        else:
            print_assimilation(console, result)
