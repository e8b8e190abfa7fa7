"""Plots as SVG that stands in a page: no script, no font and no address from elsewhere."""

from __future__ import annotations

import io
from datetime import date, timedelta
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator
from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
STYLE = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "gridhouse",  # the same figures give the same page
    "text.parse_math": False,  # names of resources are no formulas
    "font.family": "sans-serif",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
}
# of Okabe and Ito, told apart by the colour-blind; the eighth is grey
COLOURS = (
    "#0072b2", "#e69f00", "#f0e442", "#009e73", "#cc79a7", "#999999", "#d55e00", "#56b4e9",
)  # fmt: skip
WIDTH = 5.2  # inches: a phone shows the letters at about their size


def stack(rows: list[dict], lines: dict[str, str], first: date, days: int) -> Markup | None:
    """Earned by line and day: above zero what earned, below it what cost."""
    if not rows:
        return None
    with rc_context(STYLE):
        figure, axes = _figure(3.4)
        xs = [row["market_date"].day for row in rows]
        highs, lows = [0.0] * len(rows), [0.0] * len(rows)
        for (column, name), colour in zip(lines.items(), COLOURS, strict=True):
            values = [float(row[column]) for row in rows]
            bottoms = [
                high if value >= 0 else low
                for value, high, low in zip(values, highs, lows, strict=True)
            ]
            axes.bar(xs, values, bottom=bottoms, color=colour, label=name, width=0.8)
            highs = [h + max(v, 0) for h, v in zip(highs, values, strict=True)]
            lows = [low + min(v, 0) for low, v in zip(lows, values, strict=True)]
        totals = [float(row["amount"]) for row in rows]
        axes.plot(xs, totals, "k_", markersize=7, label="Total")
        axes.axhline(0, color="black", linewidth=0.6)
        for row in rows:
            if not row["has_real_time"]:
                day = row["market_date"].day
                axes.axvspan(day - 0.5, day + 0.5, color="#eeeeee", zorder=0)
        axes.set_xlim(0.4, days + 0.6)
        axes.set_xticks(range(1, days + 1, 3))
        axes.set_xlabel(f"Market day of {first:%B %Y}")
        axes.set_ylabel("USD")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        figure.legend(loc="outside lower center", ncols=3, frameon=False)
        return _svg(figure, "stack", "Revenue of the fleet by line and day, stacked, in USD")


def top(rows: list[dict]) -> Markup | None:
    """The best batteries by what a kW earned."""
    if not rows:
        return None
    with rc_context(STYLE | {"axes.grid.axis": "x"}):
        figure, axes = _figure(0.8 + 0.25 * len(rows))
        values = [row["amount_per_kw"] for row in rows]
        bars = axes.barh(range(len(rows)), values, color=COLOURS[0], height=0.7)
        axes.bar_label(bars, [f"{value:,.3g}" for value in values], padding=2)
        axes.set_yticks(range(len(rows)), [row["resource"] for row in rows])
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.locator_params(axis="x", nbins=5)
        axes.axvline(0, color="black", linewidth=0.6)
        axes.set_xlabel("USD per kW in the month")
        return _svg(figure, "top", "The batteries that earned most per kW, best first")


def charge(rows: list[dict], first: date) -> Markup | None:
    """State of charge within its bounds; it breaks where a quarter hour is missing."""
    if not rows:
        return None
    nothing = float("nan")
    xs, ys = [], []  # instants; low, middle and high
    for row in rows:
        if xs and row["at"].timestamp() - xs[-1].timestamp() > 900:
            xs.append(xs[-1] + timedelta(seconds=1))
            ys.append((nothing, nothing, nothing))
        xs.append(row["at"])
        middle = nothing if row["soc_mwh"] is None else row["soc_mwh"]
        ys.append((row["soc_low_mwh"], middle, row["soc_high_mwh"]))
    low, middle, high = zip(*ys, strict=True)
    with rc_context(STYLE):
        figure, axes = _figure(2.4)
        zone = rows[0]["at"].tzinfo
        axes.fill_between(xs, low, high, color=COLOURS[7], alpha=0.4, linewidth=0)
        axes.plot(xs, middle, color=COLOURS[0], linewidth=0.8)
        axes.xaxis.axis_date(zone)
        shown = {row["market_date"] for row in rows}
        axes.xaxis.set_major_locator(DayLocator(interval=max(1, _span(shown) // 8), tz=zone))
        axes.xaxis.set_major_formatter(DateFormatter("%-d", tz=zone))
        axes.set_xlim(xs[0], max(xs[-1], xs[0] + timedelta(hours=1)))
        axes.set_ylim(bottom=0)
        axes.set_xlabel(f"Market day of {first:%B %Y}")
        axes.set_ylabel("MWh")
        return _svg(figure, "charge", "State of charge in MWh by quarter hour, within its bounds")


def curves(rows: list[dict]) -> Markup | None:
    """Prices of each market, highest first, against the share of its intervals."""
    rows = [row for row in rows if row["prices"]]
    if not rows:
        return None
    with rc_context(STYLE):
        figure, axes = _figure(2.6)
        for row, colour, dash in zip(rows, (COLOURS[0], COLOURS[6]), ("-", "--"), strict=False):
            prices = row["prices"]
            steps = [100 * rank / len(prices) for rank in range(len(prices) + 1)]
            axes.stairs(prices, steps, baseline=None, color=colour, linestyle=dash, linewidth=1.2,
                        label=row["name"])  # fmt: skip
        if max(abs(price) for row in rows for price in row["prices"]) > 500:
            axes.set_yscale("symlog", linthresh=100)  # a spike would flatten all else
        axes.axhline(0, color="black", linewidth=0.6)
        axes.set_xlim(0, 100)
        axes.set_xlabel("% of the intervals on file in which the price was reached or passed")
        axes.set_ylabel("USD/MWh")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        axes.legend(frameon=False)
        return _svg(figure, "curves", "Price duration curves in USD/MWh")


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots()


def _span(days: set[date]) -> int:
    return (max(days) - min(days)).days + 1


def _svg(figure: Figure, name: str, alt: str) -> Markup:
    """The figure as an element: ids its own in the page, `alt` for those who do not see it."""
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing)
    root = ElementTree.fromstring(buffer.getvalue())
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, f"{name}-{value}")
            elif key == f"{{{XLINK}}}href":
                element.set(key, value.replace("#", f"#{name}-", 1))
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{name}-"))
    root.set("role", "img")
    root.set("aria-label", alt)
    for size in ("width", "height"):
        del root.attrib[size]  # the page's style has the say
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return Markup(ElementTree.tostring(root, encoding="unicode"))
