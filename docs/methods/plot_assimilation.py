"""Figures and tables of `assimilation.md` and `calibration.md`, from a synthetic week.

    gridhouse synth --market ci --points 100 --to week
    export GRIDHOUSE_DATA=data GRIDHOUSE_TRUTH=week/truth
    gridhouse extract --from week/ercot && gridhouse build
    python docs/methods/plot_assimilation.py data/gridhouse.duckdb week/truth

Prints the tables of the pages and writes `img/assimilation_*.svg` and `img/calibration_*.svg`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from gridhouse.reports.plots import STYLE

IMAGES = Path(__file__).resolve().parent / "img"
ZONE = "WEST"
QUANTITIES = ("LOAD", "WIND", "SOLAR", "OUTAGE")
# after the training
WINDOW = ("2026-06-20 05:00:00+00", "2026-06-22 05:00:00+00")

TRUTH = """
    select
        quantity, horizon_hours::integer as hours, value_count, rmse_mw, operator_rmse_mw,
        spread_over_error, covered_share
    from marts.rpt_assimilation_truth
    where is_live
    order by quantity, hours
"""
PERSISTENCE = """
    select horizon_hours, sqrt(sum(row_count * rmse_mw ** 2) / sum(row_count)) as rmse_mw
    from marts.assimilation_scores
    where is_live and quantity = ? and method = ? and row_count > 0
    group by all
    order by all
"""
AHEAD = """
    with hours as (
        select time_bucket(interval 1 hour, interval_start) as at, quantity, avg(power_mw) as mw
        from (
            select interval_start, quantity, sum(power_mw) as power_mw
            from read_parquet($truth || '/zone_states/*.parquet')
            where quantity = 'WIND' and published_location = $zone
            group by all
        )
        group by all
    )
    select
        interval_start at time zone 'UTC' as at, mean_mw, q05_mw, q95_mw, forecast_mw, hours.mw
    from marts.assimilation_forecasts as ours
    inner join hours on ours.interval_start = hours.at and ours.quantity = hours.quantity
    where
        is_live and zone = $zone and horizon_hours = 3
        and interval_start >= $since::timestamptz
        and interval_start < $until::timestamptz
    order by interval_start
"""
SCORES = """
    select
        horizon_minutes, slice, count, brier, log_loss, skill_climatology, skill_persistence, ece,
        level_log_rmse, level_log_bias, level_coverage_50, level_coverage_90
    from ref.logistic_map_scores
    where is_live and coalesce(constraint_name, '') = ''
    order by slice desc, horizon_minutes
"""
RELIABILITY = """
    select mean_p, observed, count from ref.logistic_map_reliability
    where is_live and horizon_minutes = ?
    order by bin
"""


def plain(axis: Axis) -> None:
    """Powers of ten as plain numbers: the style reads no formulas."""
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def state(connection: duckdb.DuckDBPyConnection, truth: str) -> Figure:
    """Wind of one zone, three hours ahead, beside what it did."""
    figure = Figure((7, 2.6), layout="constrained")
    axes = figure.subplots()
    given = {"truth": truth, "zone": ZONE, "since": WINDOW[0], "until": WINDOW[1]}
    at, mean, low, high, operator, true = zip(
        *connection.execute(AHEAD, given).fetchall(), strict=True
    )
    axes.fill_between(at, low, high, color="#bcd4ea", label="5 to 95 %")
    axes.plot(at, mean, color="#1f5f9f", label="assimilation, 3 h ahead")
    axes.plot(at, operator, color="#999999", linestyle=":", label="operator, same issue")
    axes.plot(at, true, color="black", linewidth=1, label="truth")
    axes.xaxis.set_major_formatter(DateFormatter("%d, %H h"))
    axes.set_ylabel(f"wind of {ZONE}, MW")
    figure.legend(ncols=4, frameon=False, loc="outside upper center")
    return figure


def errors(connection: duckdb.DuckDBPyConnection) -> Figure:
    """By horizon, against actuals, beside the operator and what persists."""
    figure = Figure((7, 2.2), layout="constrained")
    for axes, quantity in zip(figure.subplots(1, 4), QUANTITIES, strict=True):
        for method, color, line in (
            ("assimilation", "#1f5f9f", "-"),
            ("operator", "#999999", ":"),
            ("persistence", "#c8553d", "--"),
            ("anomaly_persistence", "#e0a030", "--"),
        ):
            rows = connection.execute(PERSISTENCE, [quantity, method]).fetchall()
            axes.plot(*zip(*rows, strict=True), color=color, linestyle=line, label=method)
        axes.set_title(quantity)
        axes.set_yscale("log")
        plain(axes.yaxis)
        axes.set_xlabel("hours")
    figure.axes[0].set_ylabel("RMSE, MW")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=4, frameon=False, loc="outside lower center")
    return figure


def spread(connection: duckdb.DuckDBPyConnection) -> Figure:
    figure = Figure((4, 2.2), layout="constrained")
    axes: Axes = figure.subplots()
    rows = connection.execute(TRUTH).fetchall()
    axes.axhspan(0.8, 1.25, color="#eeeeee")
    for quantity in QUANTITIES:
        of_it = [(r[1], r[5]) for r in rows if r[0] == quantity]
        axes.plot(*zip(*of_it, strict=True), marker="o", markersize=3, label=quantity)
    axes.set_xlabel("hours ahead, 0 is the state")
    axes.set_ylabel("spread over error")
    axes.set_ylim(0, 1.6)
    axes.legend(ncols=4, frameon=False, loc="lower center")
    return figure


def reliability(connection: duckdb.DuckDBPyConnection) -> Figure:
    figure = Figure((7, 2.4), layout="constrained")
    for axes, minutes in zip(figure.subplots(1, 3), (5, 15, 60), strict=True):
        forecast, observed, _ = zip(
            *connection.execute(RELIABILITY, [minutes]).fetchall(), strict=True
        )
        axes.plot([1e-3, 1], [1e-3, 1], color="#cccccc")
        axes.plot(forecast, [max(o, 4e-4) for o in observed], "o", markersize=3, color="#1f5f9f")
        axes.set_xscale("log")
        axes.set_yscale("log")
        plain(axes.xaxis)
        plain(axes.yaxis)
        axes.set_title(f"{minutes} minutes")
        axes.set_xlabel("probability")
    figure.axes[0].set_ylabel("share that bound")
    return figure


def table(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """As Markdown, with three digits after the point."""
    found = connection.execute(query)
    lines = [[column[0] for column in found.description]]
    lines += [
        [f"{v:.3f}" if isinstance(v, float) else str(v) for v in row] for row in found.fetchall()
    ]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("warehouse")
    parser.add_argument("truth")
    options = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    with duckdb.connect(options.warehouse, read_only=True) as connection, rc_context(STYLE):
        connection.execute("set TimeZone = 'UTC'")
        for name, figure in (
            ("assimilation_state", state(connection, options.truth)),
            ("assimilation_errors", errors(connection)),
            ("assimilation_spread", spread(connection)),
            ("calibration_reliability", reliability(connection)),
        ):
            figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})
        for query in (TRUTH, SCORES):
            print(table(connection, query), end="\n\n")


if __name__ == "__main__":
    main()
