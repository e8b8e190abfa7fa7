"""Figures that others have computed of AEMO's files, and OpenNEM's published series, against ours.

What differs is explained in docs/sources/aemo.md ("Against OpenNEM's series"); the differences are
asserted here, so that the explanation cannot go out of date unseen.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import zipfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.ci]

REGIONS = ["NSW1", "QLD1", "SA1", "TAS1", "VIC1"]
JUNE = "market_date between date '2017-06-01' and date '2017-06-30'"
MODELS = [
    "rpt_region_monthly",
    "fct_rooftop_intervals",
    "fct_load_intervals",
    "fct_ancillary_price_intervals",
    "fct_interchange_intervals",
    "fct_unit_curtailment_intervals",
    "fct_settlement_residue_intervals",
]
TESTED = ["fct_border_intervals", "fct_region_intervals", "rpt_region_monthly"]
FILES = [
    "mmsdm_whole/PUBLIC_DVD_TRADING*.zip",
    "rooftop_pv_actual/*.zip",
    "dispatch_is/*.csv",
    "trading_is/*IRSR*.zip",
    *(
        f"mmsdm_trimmed/PUBLIC_DVD_{name}*.zip"
        for name in (
            "DISPATCHPRICE_201912", "DISPATCHPRICE_202001", "TRADINGPRICE_201912",
            "TRADINGPRICE_202001", "ROOFTOP_PV_ACTUAL_202001", "DISPATCHREGIONSUM_202104",
            "TRADINGREGIONSUM_202104", "DISPATCHLOAD_202407",
        )
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def nem(real_data) -> Path:
    return real_data / "nem"


@pytest.fixture(scope="module")
def ask(nem, manifest, tmp_path_factory):
    folder, files = tmp_path_factory.mktemp("answers"), tmp_path_factory.mktemp("files")
    for pattern in FILES:
        found = list(nem.glob(pattern))
        assert found, pattern
        for file in found:
            shutil.copy(file, files)
    catalogue = load_catalogue()
    with Run(folder, catalogue, excerpts=True) as run:
        run.prepare()
        run.from_folder(files, list(catalogue))
    assert run.report.problems == []
    settings = Settings(data=folder)
    selected = [f"+{name}" for name in MODELS]
    for command in (["seed"], ["run", "--select", *selected], ["test", "--select", *TESTED]):
        assert dbt.invoke(settings, command, manifest=manifest).failures == []
    with duckdb.connect(str(dbt.warehouse_path(settings)), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield lambda sql: connection.execute(sql).fetchall()


def rows(path: Path, record: str):
    """Rows of one table of an AEMO file, by the csv module alone."""
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode()
    else:
        text = path.read_text()
    names: list[str] = []
    for line in csv.reader(io.StringIO(text)):
        if line[0] == "I":
            names = line[4:]
        elif line[0] == "D" and ".".join(line[1:3]) == record:
            yield dict(zip(names, line[4:], strict=True))


def monthly(nem: Path, region: str, series: str, month: str) -> float:
    """A figure of OpenNEM's monthly history, GWh."""
    with gzip.open(nem / "openelectricity" / f"nem_{region.lower()}_all.json.gz") as file:
        found = [
            s for s in json.load(file)["data"] if s["id"] == f"au.nem.{region.lower()}.{series}"
        ]
    history = found[0]["history"]
    year, first = int(history["start"][:4]), int(history["start"][5:7])
    return history["data"][(int(month[:4]) - year) * 12 + int(month[5:]) - first]


def digits(value: float, count: int) -> float:
    return float(f"{value:.{count}g}")


@pytest.mark.parametrize(
    ("column", "published", "expected"),
    [  # GWh; the published column of each region summed up by the csv module too
        (
            "demand_total_mwh",
            "DEMAND_AND_NONSCHEDGEN",
            [6344.58, 4446.15, 1135.75, 961.92, 4017.325],
        ),
        ("demand_mwh", "TOTALDEMAND", [6296.88, 4358.43, 1104.36, 901.46, 3943.11]),
    ],
)
def test_demand_of_june_2017(ask, nem, column, published, expected):
    sums: dict[str, Decimal] = defaultdict(Decimal)
    whole = nem / "mmsdm_whole"
    for row in rows(whole / "PUBLIC_DVD_TRADINGREGIONSUM_201706010000.zip", "TRADING.REGIONSUM"):
        sums[row["REGIONID"]] += Decimal(row[published]) / 2
    found = dict(
        ask(f"select location, {column} from marts.rpt_region_monthly where month = '2017-06-01'")
    )
    assert sorted(found) == REGIONS
    for region, figure in zip(REGIONS, expected, strict=True):
        assert found[region] == pytest.approx(float(sums[region]), abs=0.001)
        assert found[region] / 1000 == pytest.approx(figure, abs=0.00501)


def test_opennem_calls_demand_with_small_units_demand(ask, nem):
    total, scheduled = (
        dict(ask(f"select location, {c} / 1000 from marts.rpt_region_monthly "
                 "where month = '2017-06-01'"))
        for c in ("demand_total_mwh", "demand_mwh")
    )  # fmt: skip
    theirs = {r: monthly(nem, r, "demand.energy", "2017-06") for r in ("NSW1", "SA1", "TAS1")}
    theirs |= {"QLD1": 4446, "VIC1": 4017}  # quoted in the README from the same origin
    assert {r: digits(v, 4) for r, v in total.items()} == theirs
    assert all(digits(scheduled[r], 4) != v for r, v in theirs.items())


def test_imports_and_exports_of_june_2017_by_interconnector(ask):
    found = ask(
        "select location, round(sum(greatest(-mwh, 0)) / 1000, 2), "
        "round(sum(greatest(mwh, 0)) / 1000, 2) from ("
        "select from_location as location, flow_mw / 2 as mwh, market, market_date "
        "from marts.fct_interchange_intervals union all "
        "select to_location, -flow_mw / 2, market, market_date from marts.fct_interchange_intervals"
        f") where market = 'TRADING' and {JUNE} group by 1 order by 1"
    )
    assert found == [
        ("NSW1", 549.84, 148.22),
        ("QLD1", 0.19, 528.36),
        ("SA1", 180.69, 9.39),
        ("TAS1", 117.34, 36.2),
        ("VIC1", 193.62, 319.52),
    ]


def test_imports_and_exports_of_june_2017_by_border(ask, nem):
    """Half hours hide what turns round within them: as much is missing of imports as of exports."""
    found = {
        region: (imports, exports)
        for region, imports, exports in ask(
            "select location, imports_mwh / 1000, exports_mwh / 1000 "
            "from marts.rpt_region_monthly where month = '2017-06-01'"
        )
    }
    theirs = {
        r: (-monthly(nem, r, "fuel_tech.imports.energy", "2017-06"),
            monthly(nem, r, "fuel_tech.exports.energy", "2017-06"))
        for r in ("NSW1", "SA1", "TAS1")
    } | {"QLD1": (0.1193, 528.3), "VIC1": (194.1, 320)}  # fmt: skip
    half = {"NSW1": 0.5, "QLD1": 0.05, "SA1": 0.5, "TAS1": 0.05, "VIC1": 0.5}  # of their last digit
    for region, (imports, exports) in theirs.items():
        missing = imports - found[region][0], exports - found[region][1]
        assert missing[0] == pytest.approx(missing[1], abs=half[region] + 0.05), region
        assert exports - imports == pytest.approx(
            found[region][1] - found[region][0], abs=half[region] + 0.05
        )
        assert -0.05 < missing[1] < 2.8


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("MEASUREMENT", [364.41, 449.45, 210.07, 25.24, 319.18]),
        ("SATELLITE", [390.22, 465.91, 217.06, 23.81, 306.26]),
    ],
)
def test_rooftop_of_december_2019(ask, kind, expected):
    found = ask(
        "select location, round(sum(energy_mwh) / 1000, 2) from marts.fct_rooftop_intervals "
        f"where rooftop_type = '{kind}' and location_type = 'REGION' "
        "and market_date between date '2019-12-01' and date '2019-12-31' group by 1 order by 1"
    )
    assert found == list(zip(REGIONS, expected, strict=True))


def test_rooftop_that_totals_rest_on_is_opennems(ask, nem):
    found = dict(
        ask(
            "select location, rooftop_mwh / 1000 from marts.rpt_region_monthly "
            "where month = '2019-12-01'"
        )
    )
    for region in ("NSW1", "SA1", "TAS1"):
        theirs = monthly(nem, region, "fuel_tech.solar_rooftop.energy", "2019-12")
        assert digits(found[region], 4) == theirs
    # by half hours the same energy, never negative, two kinds side by side not added up
    assert ask(
        "with steps as (select location, time_bucket(interval '30 minutes', interval_start) as h, "
        "sum(energy_mwh) as e, min(power_mw) as least, count(*) as n, any_value(rooftop_type) as t "
        "from intermediate.int_rooftop__five_minutes group by all) "
        "select count(*) > 7000, max(abs(e - energy_mwh)) < 1e-9, min(least) >= 0, min(n), max(n) "
        "from steps inner join marts.fct_rooftop_intervals as halves "
        "on steps.location = halves.location and h = halves.interval_start "
        "and t = halves.rooftop_type"
    ) == [(True, True, True, 6, 6)]


def test_parts_of_regions_add_up_but_for_one_half_hour(ask):
    assert ask(
        "select count(*) > 1480, count(*) filter (where abs(whole - parts) > 0.0011), "
        "arg_max(interval_start, abs(whole - parts)), round(max(abs(whole - parts)), 3) from ("
        "select interval_start, sum(power_mw) filter (where location = 'QLD1') as whole, "
        "sum(power_mw) filter (where location in ('QLDC', 'QLDN', 'QLDS')) as parts "
        "from marts.fct_rooftop_intervals where rooftop_type = 'MEASUREMENT' "
        "group by interval_start) where parts is not null"
    ) == [(True, 1, datetime(2019, 12, 9, 1, 30, tzinfo=UTC), 27.004)]  # as published


def test_opennems_price_mixes_two_and_is_labelled_an_hour_late(ask, nem):
    with gzip.open(nem / "openelectricity" / "OPENNEM_price_AU-SA.json.gz") as file:
        theirs = dict(json.load(file)["data"][0]["results"][0]["data"])
    ours = ask(
        "select strftime(timezone('Australia/Brisbane', interval_end), '%Y-%m-%d %H:%M'), "
        "dispatch_price, settlement_price from marts.fct_region_intervals "
        "where location = 'SA1' and dispatch_price is not null "
        "and interval_end >= timestamptz '2019-12-29 14:00:00+00' "
        "and interval_end <= timestamptz '2019-12-31 23:55:00+00'"
    )
    dispatch = settlement = between = 0
    for stamp, at_dispatch, at_settlement in ours:
        end = datetime.strptime(stamp, "%Y-%m-%d %H:%M")
        label = (end + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:00+10:00")
        if end.minute % 30:
            between += 1
            dispatch += theirs[label] == pytest.approx(at_dispatch, abs=1e-9)
        else:
            settlement += theirs[label] == pytest.approx(at_settlement, abs=1e-9)
    assert (dispatch, between, settlement, len(ours)) == (580, 580, 116, 696)


def test_region_sums_of_one_interval(ask, nem):
    found = ask(
        "select location, round(curtailment_mw, 2), demand_mw, demand_total_mw, storage_mwh "
        "from marts.fct_region_intervals where market_date = date '2025-12-27' order by 1"
    )
    assert [(r, c) for r, c, *_ in found] == [
        ("NSW1", 0), ("QLD1", 0), ("SA1", 0), ("TAS1", 0), ("VIC1", 158.75),
    ]  # fmt: skip
    published = list(rows(nem / "dispatch_is" / "sample_dispatchis.csv", "DISPATCH.REGIONSUM"))
    columns = ["TOTALDEMAND", "DEMAND_AND_NONSCHEDGEN", "BDU_ENERGY_STORAGE"]
    assert [f[2:] for f in found] == [
        tuple(float(row[c]) if row[c] else None for c in columns) for row in published
    ]
    # what regions export at their nodes is what the lines lose
    losses = ask(
        "select round(sum(losses_mw) / 2, 2) from marts.fct_border_intervals "
        "where market_date = date '2025-12-27'"
    )
    assert losses == [(170.09,)]
    assert round(sum(float(row["NETINTERCHANGE"]) for row in published), 2) == 170.08


def test_half_hourly_demand_is_the_mean_of_six(ask, nem):
    """So five-minute demand times five minutes is the energy that AEMO's half hours say."""
    found = ask(
        "select count(*), max(abs(traded.load_mw - six.load_mw)) < 0.0101 "
        "from marts.fct_load_intervals as traded inner join ("
        "select location, load_kind, time_bucket(interval '30 minutes', interval_start) as h, "
        "avg(load_mw) as load_mw, count(*) as n from marts.fct_load_intervals "
        "where market = 'RT5M' group by all) as six on traded.location = six.location "
        "and traded.load_kind = six.load_kind and traded.interval_start = h and n = 6 "
        "where traded.market = 'TRADING'"
    )
    assert found == [(956, True)]


def test_reserves_enabled_in_queensland(ask):
    found = ask(
        "select product, price, quantity_mw from marts.fct_ancillary_price_intervals "
        "where location = 'QLD1' and market_date = date '2025-12-27' "
        "and product in ('RAISE1SEC', 'LOWERREG', 'RAISE5MIN') order by 1"
    )
    assert found == [
        ("LOWERREG", 0.05, 165.91), ("RAISE1SEC", 0.1, 160.0), ("RAISE5MIN", 0.09, 230.28),
    ]  # fmt: skip


def test_curtailment_of_a_wind_farm(ask, nem):
    """HDWF2, last days of July 2024: read from the file by the csv module."""
    file = nem / "mmsdm_trimmed" / "PUBLIC_DVD_DISPATCHLOAD_202407010000.zip"
    capped = [
        row for row in rows(file, "DISPATCH.UNIT_SOLUTION")
        if row["DUID"] == "HDWF2" and row["SEMIDISPATCHCAP"] == "1"
    ]  # fmt: skip
    held = [max(float(row["UIGF"]) - float(row["TOTALCLEARED"]), 0) for row in capped]
    assert len(capped) == 39 and sum(held) / 12 == pytest.approx(18.4297225)
    let_go = max(float(row["UIGF"]) - float(row["AVAILABILITY"]) for row in capped)
    found = ask(
        "select count(*) filter (where is_capped), sum(curtailment_mw) / 12, sum(curtailment_mwh), "
        "round(max(self_curtailment_mw), 2), count(*) filter (where resource <> 'HDWF2') "
        "from marts.fct_unit_curtailment_intervals where market_date >= date '2024-07-01'"
    )
    assert found == [
        (39, pytest.approx(18.4297225), pytest.approx(18.4297225), round(let_go, 2), 0)
    ]
    # 08:15: 93.72 MW of wind, 83 offered and set: 10.72 let go by the unit itself
    assert ask(
        "select round(curtailment_mw, 2), round(self_curtailment_mw, 2), round(curtailment_mwh, 6) "
        "from marts.fct_unit_curtailment_intervals "
        "where interval_end = timestamptz '2024-07-29 22:15:00+00'"
    ) == [(10.72, 10.72, round((0.47 + 10.72) / 24, 6))]


def test_settlement_residues(ask):
    found = ask(
        "select interface, from_location, residue from marts.fct_settlement_residue_intervals "
        "where interval_end = timestamptz '2024-03-03 09:35:00+00' order by abs(residue) desc"
    )
    assert len(found) == 12
    assert found[:2] == [
        ("VIC1-NSW1", "VIC1", 19531.53418), ("NSW1-QLD1", "QLD1", -1685.74446),
    ]  # fmt: skip
