"""Every file under `nem` in AEMO's standard, up to staging: counts, hand-read rows, identities.

Rows were read from the zips with unzip and grep. Market time is UTC+10, stamps are ends.
"""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = pytest.mark.real

# cut at their origin: their closing lines count the rows of what AEMO published
CUT = ("mmsdm_trimmed", "daily", "next_day_dispatch", "next_day_intermittent_gen_scada")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def reports(real_data: Path) -> list[Path]:
    """The files that begin with AEMO's C line."""
    found = [p for p in sorted((real_data / "nem").rglob("*")) if p.is_file()]
    return [p for p in found if lines_of(p)[:1] and lines_of(p)[0].startswith("C,")]


def lines_of(path: Path) -> list[str]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if not archive.namelist()[0].lower().endswith(".csv"):
                return []
            return archive.read(archive.namelist()[0]).decode().splitlines()
    return path.read_text("utf-8", "replace").splitlines() if path.suffix != ".gz" else []


@pytest.fixture(scope="module")
def folder(real_data, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("nem_products")
    feeds = load_catalogue().of("nem")
    with Run(folder, load_catalogue(), excerpts=True) as run:
        run.prepare()
        run.from_folder(real_data / "nem", feeds)
    assert run.report.problems == []
    built = dbt.build(Settings(data=folder), select=["staging.nem"])
    assert built.failures == []
    return folder


@pytest.fixture(scope="module")
def ask(folder):
    with duckdb.connect(str(folder / "gridhouse.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{folder / 'raw.duckdb'}' as raw (read_only)")
        yield lambda sql: connection.execute(sql).fetchall()


def test_every_line_of_every_file_is_accounted_for(real_data, ask):
    ledger = {
        name: counts
        for name, *counts in ask(
            "select name, rows_landed, rows_rejected, rows_ignored, status from raw.nem._files"
        )
    }
    files = reports(real_data)
    assert len(files) == 85
    for path in files:
        landed, rejected, ignored, status = ledger[path.name]
        rows = sum(line.startswith("D,") for line in lines_of(path))
        assert landed + rejected + ignored == rows, path.name
        assert rejected == 0 and status == ("landed" if rows else "empty"), path.name


def test_whole_files_land_without_being_called_excerpts(real_data, tmp_path):
    whole = [p for p in reports(real_data) if p.parent.name not in CUT]
    for path in whole:
        lines = lines_of(path)
        assert lines[-1] == f'C,"END OF REPORT",{len(lines)}', path.name
    with Run(tmp_path, load_catalogue()) as run:
        run.prepare()
        run.from_folder(real_data / "nem", load_catalogue().of("nem"))
    said = [p for p in run.report.problems if "the closing line says" not in p]
    assert said == []
    assert len(run.report.problems) == 67 and len(whole) == 17
    with duckdb.connect(str(tmp_path / "raw.duckdb"), read_only=True) as raw:
        good = raw.execute("select name from nem._files where status = 'landed'").fetchall()
    assert {p.name for p in whole} <= {name for (name,) in good}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "select initial_mw, total_cleared_mw, availability_mw, uigf_mw, semi_dispatch_cap, "
            "ramp_up_rate_mw_per_hour, agc_status, interval_start, trading_date "
            "from staging.stg_nem__dispatch_unit_solutions where resource = 'HDWF2' "
            "and interval_end = timestamptz '2026-05-14 02:20:00+00'",
            [(22.2, 21.7296, 21.7296, 21.7296, 0, 1260, 1, utc(2026, 5, 14, 2, 15),
              date(2026, 5, 14))],
        ),
        (
            "select start_date, end_date, region, station_id, participant_id, "
            "connection_point_id, dispatch_type, schedule_type, transmission_loss_factor, "
            "distribution_loss_factor, max_ramp_rate_up "
            "from staging.stg_nem__unit_summaries where resource = 'HDWF2' "
            "and start_date = date '2017-07-01' and _published_at < timestamptz '2018-01-01'",
            [(date(2017, 7, 1), date(2999, 12, 31), "SA1", "HORNSDAL2", "HORNSDL2", "SHDW2H",
              "GENERATOR", "SEMI-SCHEDULED", 0.9841, 1, 50)],
        ),
        (
            "select effective_date, version_no, registered_capacity_mw, max_capacity_mw, "
            "dispatch_type, semi_schedule_flag, max_storage_capacity_mwh "
            "from staging.stg_nem__unit_details where resource = 'HDWF2' "
            "and effective_date = date '2017-02-21' and _published_at < timestamptz '2018-01-01'",
            [(date(2017, 2, 21), 1, 102, 102, "GENERATOR", "Y", None)],
        ),
        (
            "select station_name, state from staging.stg_nem__stations "
            "where station_id = 'HORNSDAL2'",
            [("Hornsdale Wind Farm 2", "SA")],
        ),
        (
            "select station_name, genset_id, region, emission_factor, energy_source, data_source "
            "from staging.stg_nem__emission_factors where resource = 'WILGAPK' "
            "and genset_id = 'WILGAPK1'",
            [("Wilga Park Power Station", "WILGAPK1", "NSW1", 0.641, "Coal seam methane",
              "Estimate - NGA 2016")],
        ),
        (
            "select rooftop_type, power_mw, quality, interval_start, interval_end, market_date "
            "from staging.stg_nem__rooftop_actuals where location = 'QLDC' "
            "and interval_end = timestamptz '2024-03-03 09:30:00+00' limit 1",
            [("MEASUREMENT", 0, 1, utc(2024, 3, 3, 9), utc(2024, 3, 3, 9, 30), date(2024, 3, 3))],
        ),
        (
            "select price, total_demand_mw, dispatchable_generation_mw, dispatchable_load_mw, "
            "net_interchange_mw, raisereg_local_dispatch_mw, run_no "
            "from staging.stg_nem__daily_regions where location = 'SA1' "
            "and interval_end = timestamptz '2026-05-13 18:05:00+00'",
            [(57.82941, 1330.24, 1560.61, 5, 225.37, 24, 1)],
        ),
        (
            "select metered_flow_mw, flow_mw, losses_mw "
            "from staging.stg_nem__legacy_trading_interconnectors where interface = 'VIC1-NSW1'",
            [(-119.19, -138, -1.35)],
        ),
        (
            "select rhs, marginal_value, violation_degree from staging.stg_nem__legacy_constraints "
            "where constraint_name = 'DATASNAP_DFS_NCAN'",
            [(10393.36533, 0, 0)],
        ),
        (
            "select from_location, residue, interval_end from staging.stg_nem__settlement_residues "
            "where interface = 'VIC1-NSW1' order by residue",
            [("NSW1", 0, utc(2024, 3, 3, 9, 35)), ("VIC1", 19531.53418, utc(2024, 3, 3, 9, 35))],
        ),
        (
            "select ex_ante_status, ex_ante_run_no, ex_post_status, ex_post_run_no "
            "from staging.stg_nem__settlement_runs where market_date = date '2023-12-04'",
            [("VALID", None, "ACTUAL", 11)],
        ),
        (
            "select operational_demand_poe10_mw, operational_demand_poe50_mw, "
            "operational_demand_poe90_mw, forecast_at "
            "from staging.stg_nem__operational_demand_forecasts where location = 'SA1' "
            "and interval_end = timestamptz '2025-04-03 11:30:00+00'",
            [(1605, 1484, 1362, utc(2025, 4, 1, 7, 27, 41))],
        ),
        (
            "select scada_value, scada_quality from staging.stg_nem__intermittent_gen_scada "
            "where resource = 'HDWF2' and scada_type = 'LOCL' "
            "and interval_end = timestamptz '2026-05-14 06:25:00+00'",
            [(100, "Good")],
        ),
        (
            "select relation, constraint_value, violation_weight, limit_type, description "
            "from staging.stg_nem__constraint_definitions "
            "where constraint_name = '#NSW1-QLD1_RAMP_I_F' "
            "and effective_date = date '2021-04-20' and version_no = 1",
            [("<=", -232, 35, "Ramping", "NSW1-QLD1 <= MAX(-232, InitialFlow + 0) (Wt=35)")],
        ),
        (
            "select interface, factor from staging.stg_nem__interconnector_constraint_terms "
            "where constraint_name = '#R022642_008_RAMP_F' and effective_date = date '2021-04-17'",
            [("VIC1-NSW1", -1)],
        ),
        (
            "select factor, bid_type from staging.stg_nem__region_constraint_terms "
            "where constraint_name = 'F_ESTN++HYMOTR_L5' and location = 'NSW1' "
            "and effective_date = date '2021-04-12' and version_no = 1 and bid_type = 'LOWER5MIN'",
            [(1, "LOWER5MIN")],
        ),
        (
            "select breakpoint_mw from staging.stg_nem__loss_segments "
            "where effective_date = date '2013-07-01' and loss_segment = 89",
            [(1836,)],
        ),
        (
            "select demand_coefficient from staging.stg_nem__loss_demand_coefficients "
            "where effective_date = date '2019-07-01' and location = 'VIC1'",
            [(-0.000031523,)],
        ),
        (
            "select from_location, to_location from staging.stg_nem__interconnectors "
            "where interface = 'VIC1-NSW1'",
            [("VIC1", "NSW1")],
        ),
        (
            "select from_location_loss_share, loss_constant, loss_flow_coefficient, "
            "interconnector_type from staging.stg_nem__interconnector_parameters "
            "where effective_date = date '2020-07-01'",
            [(0.41, 1.0416, 0.00019988, "REGULATED")],
        ),
        (
            "select interface, from_location, max_capacity_mw, from_location_loss_factor "
            "from staging.stg_nem__mnsp_links where link_id = 'BLNKVIC' "
            "and effective_date = date '2020-07-01'",
            [("T-V-MNSP1", "VIC1", 478, 0.962)],
        ),
        (
            "select price_cap, price_floor, cumulative_price_threshold "
            "from staging.stg_nem__price_thresholds where effective_date = date '2020-07-01'",
            [(15000, -1000, 224600)],
        ),
        (
            "select initial_mw, total_cleared_mw, interval_start, interval_minutes "
            "from staging.stg_nem__trading_units where resource = 'HDWF2' "
            "and interval_end = timestamptz '2021-04-02 16:00:00+00'",
            [(42.43, 42.37, utc(2021, 4, 2, 15, 30), 30)],
        ),
        (
            "select total_demand_mw, dispatchable_generation_mw, net_interchange_mw "
            "from staging.stg_nem__trading_region_sums where location = 'VIC1' "
            "and interval_end = timestamptz '2017-06-17 06:00:00+00'",
            [(4810.19, 5264.48, 454.29)],
        ),
        (
            "select max_availability_mw, enablement_min_mw, enablement_max_mw, low_breakpoint_mw, "
            "band_6_mw, band_7_mw, offered_at, period_id from staging.stg_nem__interval_bids "
            "where resource = 'HDWF2' and bid_type = 'LOWER5MIN' "
            "and interval_end = timestamptz '2024-08-01 04:10:00+00'",
            [(20, 20, 102, 40, 5, 15, utc(2024, 8, 1, 3, 36, 21), 122)],
        ),
        (
            "select price_band_1, price_band_10, entry_type, participant_id "
            "from staging.stg_nem__day_bids where resource = 'HDWF2' and bid_type = 'ENERGY' "
            "and trading_date = date '2026-03-03'",
            [(-956, 19406.8, "DAILY", "HORNSDL2")],
        ),
        (
            "select local_price_adjustment, locally_constrained, interval_end "
            "from staging.stg_nem__local_prices where resource = 'EILDON1'",
            [(12.62, 1, utc(2025, 12, 26, 14, 5))],
        ),
        (
            "select total_objective, ramp_rate_violation, unit_capacity_violation "
            "from staging.stg_nem__dispatch_case_solutions",
            [(-32201960.534, 0.416, 0.2)],
        ),
        (
            "select participant_name, primary_business from staging.stg_nem__participants "
            "where participant_id = 'ERMPOWER'",
            [("Shell Energy Retail Pty Ltd", "Market Customer")],
        ),
    ],
    ids=lambda value: value.split("stg_nem__")[1].split()[0] if isinstance(value, str) else "",
)  # fmt: skip
def test_rows_read_by_hand(ask, sql, expected):
    assert ask(sql) == expected


def test_the_scada_reading_is_what_the_unit_started_from(ask):
    """README of mmsdm_trimmed: 6,338 of 6,338 rows above 1 MW, of the run that happened."""
    assert ask(
        "with happened as (select resource, interval_end, "
        "arg_max(initial_mw, intervention) as initial_mw "
        "from staging.stg_nem__dispatch_unit_solutions group by all) "
        "select count(*), count(*) filter (where abs(output_mw - initial_mw) < 0.0051) "
        "from (select distinct resource, interval_end, output_mw "
        "from staging.stg_nem__dispatch_unit_scada) join happened using (resource, interval_end) "
        "where abs(output_mw) > 1 and not (interval_end > timestamptz '2024-07-31 14:00:00+00' "
        "and interval_end <= timestamptz '2024-08-31 14:00:00+00')"
    ) == [(6338, 6338)]


def test_balance_of_regions_with_its_known_exceptions(ask):
    """README: within 0.01 MW but for 9 rows of August 2024, by up to 6.01 MW: demand response."""
    assert ask(
        "with off as (select total_demand_mw - dispatchable_generation_mw + dispatchable_load_mw "
        "+ net_interchange_mw as gap, coalesce(wdr_dispatched_mw, 0) as response, market_date "
        "from staging.stg_nem__dispatch_region_sums) "
        "select count(*), count(*) filter (where abs(gap - response) > 0.0101), "
        "list(response order by response) filter (where abs(gap) > 0.0101), "
        "list(distinct market_date) filter (where abs(gap) > 0.0101) from off"
    ) == [(16131, 0, [2.0, 4.0] + [6.0] * 7, [date(2024, 8, 1)])]


def test_half_hour_price_is_the_mean_of_the_six_runs_without_direction(ask):
    """Before October 2021: 478 whole half hours in each month at hand, five of them."""
    assert ask(
        "with six as (select location, "
        "time_bucket(interval 30 minutes, interval_start) as interval_start, "
        "avg(price) as mean, count(*) as count from staging.stg_nem__dispatch_prices "
        "where intervention = 0 and interval_end < timestamptz '2021-09-30 14:00:00+00' "
        "group by all) "
        "select count(*) > 900, count(*) filter (where abs(price - mean) > 0.00501) "
        "from six join staging.stg_nem__trading_prices using (location, interval_start) "
        "where count = 6 and interval_minutes = 30"
    ) == [(True, 0)]


def test_areas_add_up_to_their_region(ask):
    assert ask(
        "with areas as (select rooftop_type, interval_end, _file_id, "
        "sum(power_mw) filter (where location in ('QLDC', 'QLDN', 'QLDS')) as parts, "
        "sum(power_mw) filter (where location = 'QLD1') as whole "
        "from staging.stg_nem__rooftop_actuals group by all) "
        "select rooftop_type, interval_end, parts, whole from areas where abs(parts - whole) > 0.01"
    ) == [  # the one half hour in which AEMO's own do not
        ("MEASUREMENT", utc(2019, 12, 9, 2), pytest.approx(1661.139), 1634.135)
    ]


def test_rooftop_energy_of_december_2019(ask):
    """GWh by region, as the README has them recomputed (MEASUREMENT equals OpenNEM's month)."""
    assert ask(
        "select rooftop_type, location, round(sum(power_mw) / 2 / 1000, 2) "
        "from (select distinct rooftop_type, location, interval_end, power_mw "
        "from staging.stg_nem__rooftop_actuals where market_date between date '2019-12-01' "
        "and date '2019-12-31' and len(location) < 5 and location like '%1') "
        "group by all order by 1, 2"
    ) == [
        ("MEASUREMENT", "NSW1", 364.41), ("MEASUREMENT", "QLD1", 449.45),
        ("MEASUREMENT", "SA1", 210.07), ("MEASUREMENT", "TAS1", 25.24),
        ("MEASUREMENT", "VIC1", 319.18), ("SATELLITE", "NSW1", 390.22),
        ("SATELLITE", "QLD1", 465.91), ("SATELLITE", "SA1", 217.06),
        ("SATELLITE", "TAS1", 23.81), ("SATELLITE", "VIC1", 306.26),
    ]  # fmt: skip


def test_demand_of_june_2017(ask):
    """GWh by region of both demands: the README's figures."""
    assert ask(
        "select location, round(sum(demand_and_nonsched_mw) / 2000, 2), "
        "round(sum(total_demand_mw) / 2000, 2) from staging.stg_nem__trading_region_sums "
        "where market_date between date '2017-06-01' and date '2017-06-30' group by 1 order by 1"
    ) == [
        ("NSW1", 6344.58, 6296.88), ("QLD1", 4446.15, 4358.43), ("SA1", 1135.75, 1104.36),
        ("TAS1", 961.92, 901.46), ("VIC1", 4017.32, 3943.11),
    ]  # fmt: skip


def test_months_repeat_rows_word_for_word(ask):
    """December 2021's archive has intervals of units four times, each time the same."""
    rows = ask(
        "select count(*), count(distinct (initial_mw, total_cleared_mw, availability_mw)) "
        "from staging.stg_nem__dispatch_unit_solutions where market_date >= date '2021-12-01' "
        "and market_date < date '2022-01-02' group by interval_end, resource, intervention "
        "having count(*) > 1"
    )
    assert rows == [(4, 1)] * 10
