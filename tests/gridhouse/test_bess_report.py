"""`gridhouse report bess`: the page's figures against the marts and against sums made by hand."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest
from typer.testing import CliRunner

from gridhouse.reports import bess, plots
from tests.dbt_builds import test_bess_soc as two_sided
from tests.dbt_builds.conftest import Warehouse
from tests.dbt_builds.disclosures import write
from tests.dbt_builds.test_bess_lines import gen, load
from tests.gridhouse.conftest import Command
from tests.pages import amount, tables

SHREWD = "A<b>&$x$_ESR1"  # a name that is markup and a formula, too
built = [pytest.mark.slow, pytest.mark.ci]


def award(
    day: int, battery: str, mw: float, price: float, hsl: float, hour: int = 1, **cells
) -> dict:
    return {
        "delivery_date": f"03/{day:02}/2026",
        "hour_ending": hour,
        "resource_name": battery,
        "resource_type": "ESR",
        "settlement_point_name": f"{battery[0]}_RN",
        "energy_settlement_point_price": price,
        "hsl": hsl,
        "awarded_quantity": mw,
        **cells,
    }


def telemetry(day: int, minute: int, battery: str, mw: float, soc: float, **cells) -> dict:
    return {
        "sced_timestamp": f"03/{day:02}/2026 {minute // 60:02}:{minute % 60:02}:00",
        "repeated_hour_flag": "N",
        "resource_name": battery,
        "resource_type": "ESR",
        "telemetered_net_output": mw,
        "state_of_charge": soc,
        **cells,
    }


def files(folder: Path) -> None:
    """March 2026: C in both markets on all days, A on one of three, B day ahead, D telemetry.

    On the first of April C is at another point: nothing of that day may be in the page of March.
    In January 2025 there is a battery of two sides, which delivers 10 MW and takes 4 MW.
    """
    write(folder, "np3_966_er__gen_resources", "31-MAR-25", [gen(1, awarded_quantity=1)])
    write(folder, "np3_966_er__load_resources", "31-MAR-25", [load(1, "SITEA_LD1")])
    two_sided.telemetry(
        folder,
        "01/30/2025",
        "31-MAR-25",
        lambda minute: 10 if minute < 360 else 0,
        lambda minute: 4 if 360 < minute <= 420 else 0,
    )
    month = range(1, 32)
    # of the days' other hours, of which the 8th has no third
    rest = [(day, hour) for day in month for hour in range(2, 25) if (day, hour) != (8, 3)]
    awards = [
        award(1, SHREWD, 8, 20, 10, regup_awarded=2, regup_mcpc=3),
        award(2, SHREWD, -4, 5, 10),
        award(3, SHREWD, 1, 30, 10),
        award(1, "B_ESR1", 5, 20, 5),
        *(award(day, "C_ESR1", 1, 10, 10) for day in month),
        *(award(day, "C_ESR1", 0, 10, 10, hour) for day, hour in rest),
        award(1, "C_ESR1", 9, 90, 99)
        | {"delivery_date": "04/01/2026", "settlement_point_name": "X_RN"},
    ]
    write(folder, "np3_966_er__esrs", "31-MAY-26", awards)
    runs = [
        telemetry(day, minute, "C_ESR1", mw, soc, maximum_soc=10)
        for day in month
        for minute, mw, soc in ((0, 8, 10), (15, -8, 8), (30, 0, 9))
    ]
    runs += [
        telemetry(day, minute, "C_ESR1", 0, 9, maximum_soc=10)
        for day, hour in rest
        for minute in ((hour - 1) * 60, (hour - 1) * 60 + 30)
    ]
    runs += [
        telemetry(1, 0, SHREWD, 12, 20, as_award_regup=4),
        telemetry(1, 15, SHREWD, -6, 17),
        telemetry(1, 30, SHREWD, 0, 18.5),
        telemetry(5, 0, "D_ESR1", 4, 6),  # in no run after the first
        # A is in none after the first hour
        telemetry(1, 0, "C_ESR1", 9, 99) | {"sced_timestamp": "04/01/2026 00:00:00"},
    ]
    write(folder, "np3_965_er__esrs", "31-MAY-26", runs)
    quarters = [(1, q, "A_RN", price) for q, price in ((1, 40), (2, -10), (3, 50))]
    quarters += [(day, q, "C_RN", p) for day in month for q, p in enumerate((20, -4, 4, 4), 1)]
    lines = [f"03/{d:02}/2026,1,{q},{point},RN,{price},N" for d, q, point, price in quarters]
    lines += ["04/01/2026,1,1,C_RN,RN,999,N", "04/01/2026,1,1,X_RN,RN,999,N"]
    (folder / "SPPHLZNP6905_20260301_0015.csv").write_text(
        "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
        "SettlementPointPrice,DSTFlag\n" + "\n".join(lines) + "\n"
    )
    hours = [f"03/01/2026,0{h}:00,C_RN,{price},N" for h, price in enumerate((10, 20, 30, -5), 1)]
    (folder / "DAMSPNP4190_20260228.csv").write_text(
        "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"
        + "\n".join(hours) + "\n"
    )  # fmt: skip
    (folder / "NP6331_20260301_0015.csv").write_text(
        "DeliveryDate,DeliveryHour,DeliveryInterval,RepeatedHourFlag,ASType,MCPC\n"
        "03/01/2026,1,1,N,REGUP,6\n"
    )


@pytest.fixture(scope="module")
def market(
    empty_raw: Path, manifest: object, tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    folder = tmp_path_factory.mktemp("market")
    made = Warehouse(Path(shutil.copytree(empty_raw, folder / "data")), folder, manifest)
    files(folder / "files")
    made.land_folder(folder / "files")
    assert made.dbt("seed").ok
    made.build(
        "+rpt_bess_fleet_monthly",
        "+fct_bess_soc_intervals",
        "+dim_bess_resource",
        "fct_price_intervals",
    )
    return made


@pytest.fixture
def report(market: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Writes the page of March 2026 and answers with it."""
    from gridhouse.cli import app

    monkeypatch.setenv("GRIDHOUSE_DATA", str(market.settings.data))

    def run(*arguments: str, code: int = 0) -> Any:
        out = tmp_path / "page.html"
        given = ["report", "bess", "--month", "2026-03", "--out", str(out), *arguments]
        done = CliRunner().invoke(app, given)
        assert done.exit_code == code, (done.output, done.exception)
        return done if code else out

    return run


def numbers(rows: list[list[str]], skip: int = 1) -> list[list[float | None]]:
    return [[amount(cell) for cell in row[skip:]] for row in rows]


class TestOfTheMonth:
    pytestmark = built

    def test_the_revenue_by_line_and_day_is_that_worked_out_by_hand(self, report):
        rows = {r[0]: r[1:] for r in tables(report())["revenue-by-day"]}
        # A: 8 MW at 20, regulation 2 at 3; its quarters deliver 3, -1.5 and 0 MWh, less 2 each, at
        # 40, -10 and 50 (the fourth has no price); real-time regulation 1 - 0.5 at 6. B: 5 at 20.
        # C, on all days: 1 at 10; 1.75 at 20, -2.25 at -4, twice -0.25 at 4.
        c = ["52.00", "10.00", *["0.00"] * 5, "42.00", "0.00"]
        assert rows["2026-03-01"] == ["296.00", "270.00", "6.00", *["0.00"] * 4, "17.00", "3.00"]
        assert rows["2026-03-02"] == ["32.00", "-10.00", *["0.00"] * 5, "42.00", "0.00"]
        assert rows["2026-03-03"] == ["82.00", "40.00", *["0.00"] * 5, "42.00", "0.00"]
        assert all(rows[f"2026-03-{day:02}"] == c for day in range(4, 32))
        assert rows["Month"] == [
            "1,866.00", "580.00", "6.00", *["0.00"] * 4, "1,277.00", "3.00",
        ]  # fmt: skip

    def test_every_table_equals_the_marts(self, report, market):
        page = tables(report())
        columns = ", ".join(f"sum({column})" for column in ["amount", *bess.LINES])
        month = "market_date >= date '2026-03-01' and market_date < date '2026-04-01'"
        daily = market.sql(
            f"select {columns} from marts.rpt_bess_revenue_daily where {month} "
            "group by market_date order by market_date"
        )
        shown = numbers(page["revenue-by-day"][1:])
        assert shown[:-1] == [pytest.approx(row, abs=0.005) for row in daily]
        first = "month = date '2026-03-01'"
        fleet = market.sql(f"select {columns} from marts.rpt_bess_revenue_monthly where {first}")[0]
        assert shown[-1] == pytest.approx(fleet, abs=0.005)
        (index,) = market.sql(f"select all_amount from marts.rpt_bess_fleet_monthly where {first}")
        assert index == (pytest.approx(shown[-1][0]),)
        ranked = market.sql(
            "select resource, rank_by_amount_per_mw, amount_per_kw, amount, capacity_mw, "
            "settlement_point, discharged_mwh, charged_mwh, discharged_per_charged, cycles, "
            "tb2_capture, "
            "day_count, settled_day_count, unpriced_line_count "
            f"from marts.rpt_bess_revenue_monthly where {first} and amount is not null "
            "order by rank_by_amount_per_mw"
        )
        assert [row[0] for row in page["top-ten"][1:]] == ["C_ESR1", "B_ESR1", SHREWD]
        for row, wanted in zip(page["top-ten"][1:], ranked, strict=True):
            assert (row[0], row[5]) == (wanted[0], wanted[5])
            there = [amount(cell) for cell in [*row[1:5], *row[6:]]]
            assert there == pytest.approx([*wanted[1:5], *wanted[6:]], abs=0.0005)
        rests = market.sql(
            "select evidence_code, count(*), count(*) - count(amount), sum(amount) "
            f"from marts.fct_bess_revenue_lines where {month} group by 1 order by 1"
        )
        assert [(row[0], *map(amount, row[1:4])) for row in page["evidence"][1:]] == [
            (*row[:3], pytest.approx(row[3], abs=0.005)) for row in rests
        ]

    def test_the_coverage_names_the_days_with_both_markets(self, report):
        page = report()
        rows = {row[0]: row[1:] for row in tables(page)["coverage-by-day"][1:]}
        assert list(rows) == [f"2026-03-{day:02}" for day in range(1, 32)]
        # A, of which an hour is there, has no energy price in the fourth quarter; its blank
        # real-time award of the second to fourth is none, and has no price to settle against what
        # it sold day ahead
        assert rows["2026-03-01"] == ["3", "2", "2", "1", "4"]
        assert rows["2026-03-02"] == ["2", "1", "1", "0", "0"]
        assert rows["2026-03-05"] == ["1", "2", "1", "0", "0"]
        words = " ".join(page.read_text("utf-8").split())
        assert "leaves out 2 of 3 batteries" in words
        assert (
            "0 below half a MW or of unknown power, 2 without awards and telemetry of 95 % of the "
            "day on four days of five, 0 without a known charging side, 1 with a line that has no "
            "price" in words
        )
        # of one battery: 1,612 USD of 10 MW
        assert "0.161 USD per kW in the month (median 0.161); members: 1, with 10.0 MW" in words

    def test_cycles_are_energy_delivered_over_capacity(self, report):
        # on each of 31 days 8 MW for a quarter of an hour, of 10 MWh
        cycles = {row[0]: row[9] for row in tables(report())["top-ten"][1:]}
        assert cycles == {"C_ESR1": "6.2", "B_ESR1": "\u2013", SHREWD: "\u2013"}

    def test_state_of_charge_and_prices_of_the_top_one(self, report):
        page = tables(report())
        charge = {row[0]: row[1:] for row in page["charge-by-day"][1:]}
        assert len(charge) == 31
        told = ["0.00", "telemetered"]
        assert charge["2026-03-07"] == ["96", "10.00", "8.00", "10.00", "9.00", *told]
        assert charge["2026-03-08"] == ["92", "10.00", "8.00", "10.00", "9.00", *told]  # 23 hours
        # day ahead 30, 20, 10, -5; real time 31 each of 20, 4, 4, -4
        assert {row[0]: row[1:] for row in page["prices"][1:]} == {
            "Highest": ["30.00", "20.00"],
            "Reached in 1 %": ["30.00", "20.00"],
            "Reached in 5 %": ["30.00", "20.00"],
            "Reached in 10 %": ["30.00", "20.00"],
            "Reached in 25 %": ["30.00", "20.00"],
            "Reached in 50 %": ["20.00", "4.00"],
            "Reached in 75 %": ["10.00", "4.00"],
            "Reached in 90 %": ["-5.00", "-4.00"],
            "Reached in 95 %": ["-5.00", "-4.00"],
            "Reached in 99 %": ["-5.00", "-4.00"],
            "Lowest": ["-5.00", "-4.00"],
            "Average": ["13.75", "6.00"],
            "Intervals below zero": ["1", "31"],
            "Intervals on file": ["4", "124"],
            "Intervals of the month": ["743", "2,972"],
        }

    def test_another_battery_may_be_chosen(self, report):
        page = tables(report("--resource", SHREWD))
        assert page["charge-by-day"][1:] == [
            ["2026-03-01", "4", "20.00", "17.00", "20.00", "18.50", "0.00", "telemetered"]
        ]
        assert ["Intervals on file", "0", "3"] in page["prices"]
        # telemetry alone is a page, too, and says so
        page = report("--resource", "D_ESR1")
        (charge,) = tables(page)["charge-by-day"][1:]
        assert charge == ["2026-03-05", "1", *["6.00"] * 4, "0.00", "telemetered"]
        assert "telemetry alone is on file" in page.read_text("utf-8")

    def test_a_rebuilt_state_says_so_and_how_uncertain_it_is(self, report, market):
        page = report("--month", "2025-01")
        (charge,) = tables(page)["charge-by-day"][1:]
        wanted = market.sql(
            "select count(*), arg_min(soc_mwh, interval_start), min(soc_mwh), max(soc_mwh), "
            "arg_max(soc_mwh, interval_start), max(soc_high_mwh - soc_low_mwh) / 2 "
            "from marts.fct_bess_soc_intervals where side = 'GEN'"
        )[0]
        assert (charge[0], charge[-1]) == ("2025-01-30", "rebuilt")
        assert [amount(cell) for cell in charge[1:-1]] == pytest.approx(wanted, abs=0.005)
        # how much it holds is not known: between 0 and 42 MWh at midnight (10 MW times 4.2 h)
        assert charge[2:-2] == ["\u2013"] * 4 and charge[-2] == "21.00"
        assert "Losses of the rebuilt state: Between planning values" in page.read_text("utf-8")

    def test_an_unknown_battery_is_refused_and_the_others_named(self, report):
        said = report("--resource", "E_ESR1", code=2).stderr
        assert "--resource 'E_ESR1' is no battery of 2026-03; there are: A<b>&$x$_ESR1, B_" in said

    def test_names_are_text_and_nothing_comes_from_elsewhere(self, report):
        text = report("--resource", SHREWD).read_text("utf-8")
        assert "<b>" not in text and "A&lt;b&gt;&amp;$x$_ESR1" in text
        # the plot too: no formula was made of the name
        assert ">A&lt;b&gt;&amp;$x$_ESR1</text>" in text
        assert not re.search(r"<(script|link|img|iframe|object|embed)\b|@import|@font-face", text)
        assert re.findall(r"url\((?!#)", text) == []
        addresses = set(re.findall(r"https?://[^\"'\s<]+", text))
        assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}

    def test_every_plot_has_a_text_and_ids_are_unique(self, report):
        text = report().read_text("utf-8")
        seen: list[str] = []

        class Ids(HTMLParser):
            def handle_starttag(self, tag, attrs):
                seen.extend(value for name, value in attrs if name == "id")

        Ids().feed(text)
        assert len(seen) == len(set(seen))
        plots_there = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
        assert len(plots_there) == 4
        for plot in plots_there:
            root = ElementTree.fromstring(plot)
            assert root.get("role") == "img" and root.get("aria-label")
            assert set(re.findall(r"(?:url\(|href=\")#([\w-]+)", plot)) <= set(seen)

    def test_the_same_tables_give_the_same_page_in_the_place_for_it(self, report, market):
        first = report().read_bytes()
        assert bess.write(market.settings, date(2026, 3, 1)).read_bytes() == first
        place = market.settings.data / "reports"
        assert [p.name for p in place.iterdir()] == ["bess-2026-03.html"]

    def test_a_month_without_a_row_is_said_with_those_that_have_some(self, report):
        said = report("--month", "2026-02", code=1).stderr
        assert "no battery has a row in 2026-02; months with any: 2025-01, 2026-03, 2026-04" in said


def test_without_tables_it_says_what_to_do(gridhouse: Command, prepared_data: Path) -> None:
    said = gridhouse("report", "bess", "--month", "2026-03", code=1).stderr
    assert "there is no warehouse at" in said and "gridhouse build" in said
    with duckdb.connect(str(prepared_data / "gridhouse.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.dim_bess_resource (i int)")
    said = gridhouse("report", "bess", "--month", "2026-03", code=1).stderr
    assert "the warehouse lacks marts.fct_bess_real_time_intervals, marts.fct_bess" in said
    assert not (prepared_data / "reports").exists()


def test_without_the_library_of_plots_it_says_what_to_install(gridhouse: Command, monkeypatch):
    for module in [m for m in sys.modules if m.startswith("gridhouse.reports")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said = gridhouse("report", "bess", "--month", "2026-03", code=2).stderr
    assert "pip install -e '.[report]'" in said


@pytest.mark.parametrize(
    ("share", "price"), [(0.01, 9), (0.1, 9), (0.11, 8), (0.5, 5), (0.7, 3), (0.9, 1), (0.99, 0)]
)
def test_the_price_that_was_reached_in_a_share_of_the_intervals(share, price) -> None:
    assert bess.price_at([9, 8, 7, 6, 5, 4, 3, 2, 1, 0], share) == price


def test_a_dash_is_no_zero() -> None:
    assert [bess.number(v) for v in (None, 0, -1234.5)] == ["\u2013", "0.00", "-1,234.50"]


def test_there_is_no_plot_of_nothing() -> None:
    first = date(2026, 3, 1)
    assert plots.stack([], bess.LINES, first, 31) is None
    assert plots.top([]) is None
    assert plots.charge([], first) is None
    assert plots.curves([{"name": "Day ahead", "prices": []}]) is None
