"""Plots of the pages of this folder, from a warehouse and the truth that it was built beside.

    GRIDHOUSE_TRUTH=week/truth python docs/methods/plots.py ptdf DATA_FOLDER

Writes img/ptdf_*.png. Needs the extra `report`; ptdf.md says how the warehouse is made.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb
import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

IMAGES = Path(__file__).resolve().parent / "img"
STYLE = {"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
         "grid.color": "#dddddd", "grid.linewidth": 0.5, "axes.axisbelow": True}  # fmt: skip
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#999999"
HUB = "HB_WEST"
FACTORS = """
    with truth as (
        select constraint_name, contingency_name, location, avg(shift_factor) as true_beta
        from read_parquet('{truth}/ptdf_rows/*.parquet')
        where location_type is not null
        group by all
    )

    select beta, beta_debiased, low_beta, high_beta, true_beta, bound_interval_count
    from ref.estimated_ptdf as fitted
    inner join ref.estimated_ptdf_constraint_offsets
        using (constraint_name, contingency_name, from_station, to_station)
    inner join truth using (constraint_name, contingency_name, location)
    where group_size = 1
"""


def main() -> int:
    truth = os.environ.get("GRIDHOUSE_TRUTH")
    if len(sys.argv) != 3 or sys.argv[1] != "ptdf" or not truth:
        print(__doc__)
        return 2
    IMAGES.mkdir(exist_ok=True)
    path = Path(sys.argv[2]) / "gridhouse.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection, rc_context(STYLE):
        factors = connection.execute(FACTORS.format(truth=truth)).fetchnumpy()
        save("ptdf_factors", lambda axes: fitted(axes, factors))
        save("ptdf_intervals", lambda axes: covered(axes, factors))
        save("ptdf_path", lambda axes: errors(axes, connection))
        save("ptdf_drivers", lambda axes: drivers(axes, connection))
    return 0


def save(name: str, draw) -> None:
    figure = Figure(figsize=(5.2, 3.2), layout="constrained")
    draw(figure.subplots())
    path = IMAGES / f"{name}.png"
    figure.savefig(path, dpi=120, metadata={"Software": None})
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB")


def fitted(axes: Axes, factors: dict) -> None:
    """Fitted against true factors, of constraints that bound often enough and of the others."""
    often = factors["bound_interval_count"] >= 20
    for chosen, colour, label in (
        (~often, GREY, "bound in fewer than 20 runs"),
        (often, BLUE, "in 20 or more"),
    ):
        axes.plot(
            factors["true_beta"][chosen], factors["beta"][chosen], ".",
            color=colour, markersize=2, label=label,
        )  # fmt: skip
    ends = [factors["true_beta"].min(), factors["true_beta"].max()]
    axes.plot(ends, ends, color="black", linewidth=0.6)
    axes.set(xlabel="true shift factor", ylabel="fitted (elastic net)")
    axes.legend(frameon=False)


def covered(axes: Axes, factors: dict) -> None:
    """Share of intervals that hold the truth, as they are and narrower or wider."""
    stated = ~np.ma.getmaskarray(factors["low_beta"]) & (factors["bound_interval_count"] >= 20)
    margin = (factors["high_beta"] - factors["low_beta"])[stated] / 2
    distance = abs(factors["beta_debiased"] - factors["true_beta"])[stated] / margin
    scales = np.linspace(0, 2, 81)
    axes.plot(scales, [np.mean(distance <= s) for s in scales], color=BLUE)
    axes.axhline(0.95, color="black", linewidth=0.6)
    axes.axvline(1.0, color=ORANGE, linewidth=0.8)
    axes.set(xlabel="width, as a multiple of what is stated", ylabel="hold the true factor")
    axes.set_ylim(0, 1.02)


def errors(axes: Axes, connection: duckdb.DuckDBPyConnection) -> None:
    """Errors on the hold-out by penalty."""
    rows = connection.execute(
        """
        select penalty_share, holdout_rmse, seen_rmse from ref.estimated_ptdf_fit_metrics
        order by penalty_share
        """
    ).fetchnumpy()
    for column, colour, label in (
        ("holdout_rmse", GREY, "all intervals of the hold-out"),
        ("seen_rmse", BLUE, "those whose constraints training knows"),
    ):
        axes.loglog(
            rows["penalty_share"], rows[column], "o-", color=colour, markersize=3, label=label
        )
    axes.set(xlabel="penalty, as a share of the largest", ylabel="RMSE, $/MWh")
    axes.legend(frameon=False)


def drivers(axes: Axes, connection: duckdb.DuckDBPyConnection) -> None:
    """What explains the congestion price of a hub."""
    rows = connection.execute(
        f"""
        select constraint_name || ' | ' || contingency_name, expected_impact
        from ref.estimated_ptdf_node_summary where location = '{HUB}' order by driver_rank desc
        """
    ).fetchall()
    axes.barh([name for name, _ in rows], [impact for _, impact in rows], color=BLUE)
    axes.set(xlabel=f"expected impact on {HUB}, $/MWh")


if __name__ == "__main__":
    raise SystemExit(main())
