"""ERCOT's real disclosure files, to the totals that were counted from them by other means."""

import csv
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.reports import bess
from gridhouse.settings import Settings
from python_models.bess.frames import fit_table
from tests.pages import amount, tables

pytestmark = pytest.mark.real

CENTRAL = ZoneInfo("America/Chicago")
COLUMNS = {
    "SCED Time Stamp": "sced_timestamp_utc",
    "Repeated Hour Flag": None,
    "Resource Name": "resource_name",
    "Resource Type": None,
    "HSL": "hsl",
    "HDL": None,
    "LSL": "lsl",
    "LDL": None,
    "Output Schedule": None,
    "Telemetered Resource Status": "telemetered_resource_status",
    "Base Point": "base_point",
    "Telemetered Net Output": "telemetered_net_output",
    "State of Charge": "soc",
    "Minimum SOC": "min_soc",
    "Maximum SOC": "max_soc",
}


def as_published(source: Path, folder: Path) -> None:
    """Rows that others renamed and turned to UTC, in ERCOT's columns and on its clock again."""
    with source.open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        at = datetime.fromisoformat(row["sced_timestamp_utc"]).astimezone(CENTRAL)
        row["sced_timestamp_utc"] = f"{at:%m/%d/%Y %H:%M:%S}"
    lines = [",".join(COLUMNS)]
    lines += [",".join(row[c] if c else "" for c in COLUMNS.values()) for row in rows]
    (folder / f"60d_ESR_Data_in_SCED-{source.stem}.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def data(real_data, tmp_path_factory):
    data, telemetry = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("telemetry")
    ercot = real_data / "ercot"
    for source in (ercot / "NP3-965-ER" / "derived_batcave_esr1").glob("*.csv"):
        as_published(source, telemetry)
    catalogue = load_catalogue()
    feeds = catalogue.select(["NP3-965-ER", "NP3-966-ER", "NP4-160-SG"])
    with Run(data, catalogue) as run:
        run.prepare()
        folders = [ercot / name for name in ("NP3-965-ER", "NP3-966-ER", "NP4-160-SG")]
        for folder in (*folders, telemetry):
            run.from_folder(folder, feeds)
    assert run.report.problems == []
    wanted = [
        "+rpt_bess_fleet_monthly",
        "+fct_bess_soc_intervals",
        "+dim_bess_loss_fit",
        "+fct_bess_exceptions",
        "+dim_bess_resource",
        "fct_price_intervals",
        "stg_ercot__*",
        "bess_revenue_lines",
        "bess_evidence_codes",
        "bess_loss_evidence_codes",
    ]
    built = dbt.build(Settings(data=data), select=wanted)
    assert built.failures == []
    return data


@pytest.fixture(scope="module")
def ask(data):
    with duckdb.connect(str(data / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{data / 'raw.duckdb'}' as raw (read_only)")
        yield lambda sql: connection.execute(sql).fetchall()


def amounts(ask, where: str) -> dict[str, float]:
    """USD by product; the kinds of responsive reserve together."""
    return dict(
        ask(
            "select left(revenue_line, 7), round(sum(amount), 3) "
            f"from marts.fct_bess_revenue_lines where {where} group by 1"
        )
    )


DAY = "market_date = date '2025-01-30'"


def test_the_generation_side_of_a_day(ask):
    assert amounts(ask, f"{DAY} and side = 'GEN'") == pytest.approx(
        {
            "DAM_ENE": 37419.58,
            "DAM_REG": 6331.86 + 2120.78,
            "DAM_RRS": 23144.90,
            "DAM_ECR": 4643.67,
            "DAM_NSP": 7656.36,
        },
        abs=0.0101,
    )
    assert ask(
        "select revenue_line, round(sum(amount), 2) from marts.fct_bess_revenue_lines "
        f"where {DAY} and side = 'GEN' and revenue_line like 'DAM_REG%' group by 1 order by 1"
    ) == [("DAM_REGDN", 2120.78), ("DAM_REGUP", 6331.86)]


def test_one_battery(ask):
    batcave = {"DAM_ENE": 2324.589, "DAM_REG": 282.909 + 169.474, "DAM_RRS": 845.383}
    where = f"{DAY} and resource = 'BATCAVE_BES1' and side = 'GEN'"
    assert amounts(ask, where) == pytest.approx(batcave | {"DAM_ECR": 143.252})


def test_the_load_side_of_a_day(ask):
    assert ask(
        "select revenue_line, round(sum(amount), 2), count(distinct source_resource) "
        f"from marts.fct_bess_revenue_lines where {DAY} and side = 'LOAD' group by 1"
    ) == [("DAM_REGDN", 3427.99, 19)]
    paired_factories = (
        "select count(*) from marts.dim_bess_resource where load_resource in ('COYOTSPR_LD7', "
        "'GRDNE_LD1', 'JDKNS_LD6', 'LON_LD2', 'RTLSNAKE_LD1', 'SBEAN_LD6', 'SBEAN_LD7', "
        "'SBEAN_LD8', 'SBEAN_LD10')"
    )
    assert ask(paired_factories) == [(0,)]


def test_what_no_battery_was_given_says_why(ask):
    # 3,444.166 USD of regulation stand in the file of loads, 3,427.986 of them are paired
    assert ask(
        "select resource, reason_code, round(amount_left_out, 2), candidates "
        f"from marts.fct_bess_exceptions where {DAY} and amount_left_out is not null"
    ) == [("JOHNCI_LD1", "LOAD_AMBIGUOUS", 16.18, "JOHNCI_UNIT_1")]
    # of these no load shares the name before the last underscore
    alone = {"CNLY_ESS_BESS_1", "FTDUNCAN_BESS_GEN", "GEORSO_ESS_1", "GIGA_ESS_BESS_1"}
    alone |= {"INRT_W_BESS_1", "JOHNCI_UNIT_1", "WCOLLOCL_BSS_U1"}
    unpaired = ask(
        f"select resource from marts.fct_bess_exceptions where {DAY} "
        "and reason_code = 'BATTERY_UNPAIRED'"
    )
    assert alone <= {resource for (resource,) in unpaired}
    # 219 batteries of 24 hours, and no SCED file of that day
    assert ask(
        f"select count(*), sum(interval_count) from marts.fct_bess_exceptions where {DAY} "
        "and side = 'GEN' and reason_code = 'AWARD_WITHOUT_TELEMETRY'"
    ) == [(219, 5256)]


def test_the_size_of_a_battery_comes_from_its_telemetry(ask):
    # the only list of nodes is of June 2026, so of no use to days in March
    (size,) = ask(
        "select settlement_point, capacity_mw, capacity_mw_source, storage_mwh, duration_hours, "
        "screen_code from marts.dim_bess_resource where resource = 'BATCAVE_ESR1'"
    )
    assert size[:3] == (None, 100.0, "greatest HSL of the SCED disclosure")
    assert size[3:] == (pytest.approx(102.19855), pytest.approx(1.0219855), "NO_POINT")
    assert ask(
        "select count(*), count(storage_mwh), count(settlement_point) "
        "from marts.dim_bess_resource where side = 'GEN'"
    ) == [(219, 0, 219)]


def test_purchases_at_battery_points_are_apart(ask):
    assert ask(
        "select round(sum(amount), 2), round(sum(quantity), 1), count(resource) "
        f"from marts.fct_bess_revenue_lines where {DAY} and not is_attributable"
    ) == [(-131125.23, -4667.5, 0)]


def test_the_single_model_sells_and_buys(ask):
    assert amounts(ask, "market_date = date '2025-12-06'") == pytest.approx(
        {"DAM_ENE": 4086.435, "DAM_REG": 322.84 + 114.224, "DAM_RRS": 1882.049, "DAM_ECR": 624.0}
    )


def test_energy_of_one_battery_from_telemetry(ask):
    energy = ask(
        "select market_date, round(sum(discharged_mwh), 3), round(sum(charged_mwh), 3) "
        "from marts.fct_bess_real_time_intervals where resource = 'BATCAVE_ESR1' "
        "group by 1 order by 1"
    )
    by_day = {f"{day:%m-%d}": parts for day, *parts in energy}
    assert len(by_day) == 14
    assert by_day["03-19"] == [41.163, 67.459]
    assert by_day["03-20"] == [66.449, 90.672]  # 292 runs
    assert by_day["03-31"] == [85.726, 115.963]  # 300 runs
    assert sum(d for d, _ in by_day.values()) == pytest.approx(920.581, abs=0.002)
    assert sum(c for _, c in by_day.values()) == pytest.approx(1339.489, abs=0.002)


def test_state_of_charge_is_as_telemetered_and_can_be_rebuilt(ask):
    # the file's first run of the day is 05:00:19
    assert ask(
        "select soc_source, soc_mwh, soc_low_mwh, soc_high_mwh from marts.fct_bess_soc_intervals "
        "where resource = 'BATCAVE_ESR1' and interval_start = '2026-03-19 05:00:00'"
    ) == [("TELEMETERED", 49.126, 49.126, 49.126)]
    rows = ask(
        "select rebuilt_error_share, balance_error_mwh / capacity_mwh, round_trip_efficiency, "
        "is_live from marts.dim_bess_loss_fit where resource = 'BATCAVE_ESR1' order by run_id"
    )
    ((error, balance, round_trip, is_live),) = rows  # the first of April alone is too little
    assert error < 0.03  # of the capacity, over thirteen days from the first reading alone
    assert abs(balance) < 0.02
    assert 0.75 < round_trip < 0.9 and is_live


def test_fourteen_days_of_state_of_charge(ask):
    """All days of the files at once, over the end of the month."""
    columns = (
        "resource, interval_start, day_number, step_charged_mwh, step_discharged_mwh, "
        "step_squared_mw2h, step_hours, is_step_known, soc_mwh, 102.2 as capacity_mwh, "
        "100.0 as power_mw"
    )
    rows = ask(
        f"select {columns} from intermediate.int_bess__telemetered_quarters "
        "where resource = 'BATCAVE_ESR1' and market_date >= date '2026-03-19' order by 2"
    )
    names = [c.split()[-1] for c in columns.split(", ")]
    arrays = [pa.array(values) for values in zip(*rows, strict=True)]
    (fit,) = fit_table(pa.table(arrays, names=names)).to_pylist()
    assert len(rows) == 14 * 96
    assert fit["rebuilt_error_mwh"] / 102.2 < 0.03
    assert abs(fit["balance_error_mwh"]) < 1.0


def test_the_report_of_a_month_with_awards(data, tmp_path):
    page = tables(bess.write(Settings(data=data), date(2025, 1, 1), out=tmp_path / "page.html"))
    _, *days, month = page["revenue-by-day"]
    assert [row[0] for row in days] == ["2025-01-30"]
    total, energy, up, down, responsive, contingency, non_spin, *real_time = month[1:]
    assert (energy, up, responsive) == ("37,419.58", "6,331.86", "23,144.90")
    assert (contingency, non_spin) == ("4,643.67", "7,656.36")
    assert amount(down) == pytest.approx(2120.78 + 3427.99, abs=0.0101)
    assert amount(total) == pytest.approx(37419.58 + 6331.86 + 2120.78 + 23144.90 + 4643.67
                                          + 7656.36 + 3427.99, abs=0.03)  # fmt: skip
    assert real_time == ["\u2013"] * 2  # not on file, which is not zero
    rests = {row[0]: row for row in page["evidence"][1:]}
    assert rests["POINT_LEVEL"][3] == "-131,125.23"
    assert rests["POINT_LEVEL"][4].endswith("Outside every total.")
    assert page["coverage-by-day"][30] == ["2025-01-30", "219", "0", "0", "0", "0"]


def test_the_report_of_a_month_with_telemetry_alone(data, tmp_path):
    out = bess.write(Settings(data=data), date(2026, 3, 1), "BATCAVE_ESR1", tmp_path / "page.html")
    page = tables(out)
    charge = {row[0]: row[1:] for row in page["charge-by-day"][1:]}
    assert list(charge) == [f"2026-03-{day}" for day in range(19, 32)]
    # 288 runs; the value in force at each quarter hour, taken from the file by other means
    assert charge["2026-03-19"] == ["96", "49.13", "46.94", "76.55", "46.94", "0.00", "telemetered"]
    assert "revenue-by-day" not in page
    assert "no battery has an account" in out.read_text("utf-8")


# By hand from the files; blanks in a file are null.
VALUES = """
stg_ercot__dam_gen_resources resource='7RNCHSLR_UNIT1'|market_date=date'2026-07-09' \
settlement_point_price=26.57 awarded_quantity=None settlement_point='7RNCHSLR_ALL'
stg_ercot__dam_gen_resources resource='AMISTAD_AMISTAG1'|market_date=date'2014-03-02' hsl=28.0 \
settlement_point_price=15.55 qse=None
stg_ercot__dam_load_resources resource='AAPIPLNC_LD3'|market_date=date'2026-07-09' \
rrsufr_awarded=2.6 rrs_mcpc=0.21 regup_mcpc=0.38
stg_ercot__dam_energy_bid_awards settlement_point='7RNCHSLR_ALL'|bid_id='NTL05'|_row_number=1 \
award_mw=-6.0 \
settlement_point_price=26.52
stg_ercot__dam_gen_as_offers resource='ALP_BESS_BESS1'|_row_number=1 blocks[1].mw=11.1 \
blocks[1].rrspfr=0.28 len(blocks)=1
stg_ercot__dam_energy_bids bid_id='NTL12'|_row_number=1 bid_curve[1].price=19.73 len(bid_curve)=1
stg_ercot__sced_metered_energy resource='19599_1_PV_A1'|1=1 interval_value=0.0
stg_ercot__sced_self_arranged_services qse='QAEN'|_row_number=1 regdn=17.5 ecrss=41.0 ecrsm=None
"""


@pytest.mark.parametrize("line", VALUES.replace("\\\n", "").split("\n")[1:-1])
def test_values_read_by_hand(ask, line):
    model, where, *values = line.split()
    names, wanted = zip(*(v.split("=", 1) for v in values), strict=True)
    rows = ask(
        f"select {', '.join(names)} from staging.{model} "
        f"where {where.replace('|', ' and ')} order by 1 limit 1"
    )
    assert [repr(v) for v in rows[0]] == list(wanted)
