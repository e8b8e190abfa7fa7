"""Energies, values and emissions of units, against AEMO's files read here by other code.

What is expected is computed in Python from the published CSVs alone: no SQL of ours, no landed row.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.ci]

STEP = timedelta(minutes=5)
MONTHS = ("201805", "202104", "202407", "202408", "202603")
MODELS = ["+fct_resource_intervals", "+dim_resource", "+fct_fuel_intervals", "+rpt_resource_daily"]


@pytest.fixture(scope="module")
def ask(real_data, manifest, tmp_path_factory):
    """A query of a warehouse built from the real files of the NEM."""
    folder = tmp_path_factory.mktemp("resources")
    catalogue = load_catalogue()
    with Run(folder, catalogue, excerpts=True) as run:
        run.prepare()
        run.from_folder(real_data / "nem", list(catalogue))
    settings = Settings(data=folder)
    assert dbt.invoke(settings, ["seed"], manifest).ok
    built = dbt.invoke(settings, ["run", "--select", *MODELS], manifest)
    assert built.failures == []
    with duckdb.connect(str(folder / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield lambda sql: connection.execute(sql).fetchall()


def table(real_data: Path, pattern: str) -> list[dict[str, str]]:
    """The rows of one table of AEMO's format, by the names on the line above them."""
    (path,) = (real_data / "nem").glob(pattern)
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as member:
        lines = list(csv.reader(io.TextIOWrapper(member)))
    names = next(line for line in lines if line[0] == "I")
    return [dict(zip(names, line, strict=True)) for line in lines if line[0] == "D"]


def ends_at(row: dict[str, str]) -> datetime:
    """The instant of a stamp, UTC: the market's clock is ten hours ahead all year."""
    return datetime.strptime(row["SETTLEMENTDATE"], "%Y/%m/%d %H:%M:%S").replace(
        tzinfo=UTC
    ) - timedelta(hours=10)


def readings(real_data: Path, month: str, unit: str) -> dict[datetime, float]:
    rows = table(real_data, f"mmsdm_trimmed/*DISPATCH_UNIT_SCADA*{month}*")
    return {ends_at(r): float(r["SCADAVALUE"]) for r in rows if r["DUID"] == unit}


@pytest.mark.parametrize("unit", ["HDWF2", "AGLHAL"])
@pytest.mark.parametrize("month", MONTHS)
def test_energies_are_the_trapezoids_of_the_file(ask, real_data, month, unit):
    power = readings(real_data, month, unit)
    # where one month's file ends the next one's begins: July and August 2024
    known = {end: mw for each in MONTHS for end, mw in readings(real_data, each, unit).items()}
    found = ask(
        "select interval_end, output_mw, energy_mwh, energy_openelectricity_mwh, energy_basis, "
        f"source from marts.fct_resource_intervals where resource = '{unit}' "
        f"and market_date between date '{month[:4]}-{month[4:]}-01' "
        f"and last_day(date '{month[:4]}-{month[4:]}-01') order by 1"
    )
    assert len(found) == len(power) == 1440
    for end, output, energy, filed, basis, source in found:
        here, after, before = power[end], known.get(end + STEP), known.get(end - STEP)
        assert (output, source) == (here, "SCADA")
        assert basis == ("HELD" if after is None else "NEXT_READING")
        assert energy == pytest.approx((here + (here if after is None else after)) / 24, abs=1e-6)
        assert filed == pytest.approx((here + (here if before is None else before)) / 24, abs=1e-6)


def test_a_month_of_a_wind_farm_is_worth_what_was_worked_out(ask):
    """HDWF2 in August 2024, intervals between two others: aligned 186,985 AUD at the dispatch
    price, 184,104 as Open Electricity files it; the settlement price is rounded to the cent."""
    ((aligned, filed, settled, filed_settled, n),) = ask(
        """
        with unit as (
            select *,
                lag(interval_end) over (order by interval_start) = interval_start
                and energy_basis = 'NEXT_READING' as is_between
            from marts.fct_resource_intervals
            where resource = 'HDWF2' and date_trunc('month', market_date) = date '2024-08-01'
        )
        select sum(energy_mwh * dispatch.price), sum(energy_openelectricity_mwh * dispatch.price),
            sum(unit.market_value), sum(energy_openelectricity_mwh * unit.price), count(*)
        from unit
        inner join marts.fct_price_intervals_revisions as dispatch
            on dispatch.interval_start = unit.interval_start and dispatch.location = 'SA1'
            and dispatch.market = 'RT5M' and dispatch.is_latest
        where is_between
        """
    )
    assert n == 1436  # 1,440 less the first and last of two runs of days
    assert (round(aligned), round(filed)) == (186_985, 184_104)
    assert (round(settled, 2), round(filed_settled, 2)) == (186_985.43, 184_105.02)


def test_before_five_minute_settlement_the_half_hours_price_holds(ask, real_data):
    rows = table(real_data, "mmsdm_trimmed/*TRADINGPRICE_202104*")
    half_hours = {ends_at(r): float(r["RRP"]) for r in rows if r["REGIONID"] == "SA1"}
    found = ask(
        "select interval_end, price from marts.fct_resource_intervals where resource = 'HDWF2' "
        "and market_date between date '2021-04-01' and date '2021-04-30'"
    )
    assert sum(price is not None for _, price in found) > 1400
    for end, price in found:
        minutes = (30 - end.minute % 30) % 30
        assert price == half_hours.get(end + timedelta(minutes=minutes))


def test_readings_are_what_the_real_dispatch_run_began_with(ask, real_data):
    """SCADA = INITIALMW of the run that happened, in every interval that has both."""
    compared = 0
    for month in MONTHS:
        runs: dict[tuple, tuple[int, float]] = {}
        for row in table(real_data, f"mmsdm_trimmed/*DISPATCHLOAD*{month}*"):
            key, run = (row["DUID"], ends_at(row)), int(row["INTERVENTION"])
            if key not in runs or run > runs[key][0]:
                runs[key] = (run, float(row["INITIALMW"]))
        outputs = {
            (unit, end): output
            for unit, end, output in ask(
                "select resource, interval_end, output_mw from marts.fct_resource_intervals "
                "where resource in ('HDWF2', 'AGLHAL') "
                f"and strftime(market_date, '%Y%m') = '{month}'"
            )
        }
        for key, (_, initial) in runs.items():
            assert outputs[key] == pytest.approx(initial, abs=0.0051), key
            compared += 1
    assert compared == 14_400


def test_what_scada_lacks_is_filled_from_the_dispatch_solution(ask, real_data):
    """14 May 2026 is on file as a next-day file alone."""
    rows = table(real_data, "next_day_dispatch/*.zip")
    expected = {(r["DUID"], ends_at(r)): float(r["INITIALMW"]) for r in rows}
    found = ask(
        "select resource, interval_end, output_mw, source from marts.fct_resource_intervals "
        "where trading_date = date '2026-05-14'"
    )
    assert {(unit, end): output for unit, end, output, _ in found} == expected
    assert {source for *_, source in found} == {"DISPATCHLOAD"} and len(expected) == 576


def test_units_are_what_open_electricity_takes_them_for(ask, real_data):
    """Technology and capacity of the units that AEMO's lists name, against theirs of July 2025. Our
    seed is left out, since it is partly theirs."""
    with gzip.open(real_data / "nem/openelectricity/AU-QLD_capacities.json.gz") as file:
        facilities = json.load(file)["data"]
    theirs = {unit["code"]: unit for f in facilities for unit in f["units"]}
    ours = {
        code: row
        for code, *row in ask(
            "select resource, fuel_tech, capacity_mw, source from marts.dim_resource "
            "where iso = 'NEM' and fuel_source <> 'SEED' "
            "qualify row_number() over (partition by resource order by valid_from desc) = 1"
        )
    }
    both = sorted(set(theirs) & set(ours))
    other = {
        code: (ours[code][0], theirs[code]["fueltech_id"])
        for code in both
        if ours[code][0] != theirs[code]["fueltech_id"].upper()
    }
    assert len(both) == 513
    assert other == {
        "SNAPPER1": ("DISTILLATE", "gas_ocgt"),  # the list says diesel
        "TERALBA": ("BIOENERGY_BIOGAS", "gas_wcmg"),  # the list of 2017 says landfill gas
    }
    sizes = Counter(
        (source, abs(ours_mw - theirs[code]["capacity_registered"]) <= 0.5)
        for code in both
        for _, ours_mw, source in [ours[code]]
        if None not in (ours_mw, theirs[code].get("capacity_registered"))
    )
    # the register here is of 2017 and 2021, before upgrades; the list of 2026, after theirs
    assert sizes == {
        ("REGISTER", True): 288,
        ("REGISTER", False): 33,
        ("REGISTRATION", True): 182,
        ("REGISTRATION", False): 8,
    }


def test_emission_factors_are_the_means_of_the_gensets(ask, real_data):
    (path,) = (real_data / "nem/cdeii").glob("*.CSV")
    lines = list(csv.reader(path.read_text().splitlines()))
    factors: dict[str, list[float]] = {}
    for line in lines:
        if line[0] == "D":
            factors.setdefault(line[5], []).append(float(line[8]))
    found = ask(
        "select distinct resource, emission_factor, emission_factor_basis from marts.dim_resource "
        "where emission_factor_basis like 'CDEII%'"
    )
    assert len(found) == len(factors) == 350
    for code, factor, basis in found:
        gensets = factors[code]
        assert factor == pytest.approx(sum(gensets) / len(gensets), abs=1e-6), code
        assert (basis == "CDEII_MEAN") == (len(set(gensets)) > 1), code


def test_no_unit_that_runs_is_of_unknown_technology(ask):
    """A whole interval of December 2025: 493 units, of which 51 are batteries with two rows."""
    ((units, rows, unknown_mw),) = ask(
        "select count(distinct resource), count(*), "
        "sum(abs(output_mw)) filter (where fuel_tech is null) "
        "from marts.fct_resource_intervals where market_date = date '2025-12-27'"
    )
    assert (units, rows, unknown_mw) == (493, 544, 0)


def test_the_files_of_an_energy_are_found_as_the_page_says(ask):
    page = Path(__file__).parents[1] / "docs/methods/energy.md"
    found = ask(re.search(r"```sql\n(.*?)```", page.read_text(), re.DOTALL)[1])
    files = {row[1:] for row in found}
    assert len(found) == 288 and len(files) == 1
    reading, following, price = next(iter(files))
    # a month of SCADA is one file, a month of prices another
    assert reading == following != price and price is not None


def test_a_battery_s_former_codes_are_known_without_a_register(ask):
    """The register on file is of 2017 and 2021 and names neither of these codes."""
    found = ask(
        "select resource, storage_unit, fuel_tech, region, dispatch_type, source, valid_from, "
        "valid_to from marts.dim_resource where storage_unit = 'BHB1' order by resource"
    )
    changed = date(2024, 7, 4)
    assert found == [
        ("BHB1", "BHB1", "BATTERY", "NSW1", "BIDIRECTIONAL", "REGISTRATION", changed, None),
        ("BHBG1", "BHB1", "BATTERY_DISCHARGING", "NSW1", "GENERATOR", "SEED", None, changed),
        ("BHBL1", "BHB1", "BATTERY_CHARGING", "NSW1", "LOAD", "SEED", None, changed),
    ]
