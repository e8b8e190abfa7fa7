"""Real files of wind, solar, fuel mix and storage, against values read by hand from the files.

ERCOT is UTC-6 in winter and UTC-5 in summer.
"""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = pytest.mark.real

FOLDERS = ("NP4-732-CD", "NP4-737-CD", "NP4-745-CD", "fuel_mix", "dashboards")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture(scope="module")
def ask(real_data, tmp_path_factory):
    """Queries of a warehouse built from these files alone."""
    folder = tmp_path_factory.mktemp("renewables")
    catalogue = load_catalogue()
    with Run(folder, catalogue) as run:
        run.prepare()
        for name in FOLDERS:
            run.from_folder(real_data / "ercot" / name, catalogue.of("ercot"))
    assert run.report.problems == [] and run.report.warnings == []
    landed = {feed: (r.files, r.rows) for feed, r in run.report.feeds.items()}
    assert landed == {
        "ercot_np4_732_cd": (1, 216),
        "ercot_np4_737_cd": (1, 216),
        "ercot_np4_745_cd": (1, 3),
        "ercot_fuel_mix": (1, 279),
        "ercot_dashboard_esr": (1, 474),
    }
    built = dbt.build(
        Settings(data=folder),
        select=[
            "+fct_generation_intervals",
            "+fct_renewable_forecast_intervals",
            "stg_ercot__storage_outputs",
        ],
    )
    assert built.failures == []
    with duckdb.connect(str(folder / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{Path(folder) / 'raw.duckdb'}' as raw (read_only)")
        yield lambda sql: connection.execute(sql).fetchall()


# location, fuel, kind, start (UTC), minutes, MW, MWh
GENERATION = """
# NP4-732-CD, 3 May 2025, HE 16
ERCOT WIND HOURLY_MEAN 2025-05-03T20:00 60 5278.3 5278.3
LZ_SOUTH_HOUSTON WIND HOURLY_MEAN 2025-05-03T20:00 60 3069.92 3069.92
LZ_WEST WIND HOURLY_MEAN 2025-05-03T20:00 60 1710.7 1710.7
LZ_NORTH WIND HOURLY_MEAN 2025-05-03T20:00 60 497.68 497.68
# NP4-737-CD, 1 May 2025, HE 17 and 18: the first rows
ERCOT SOLAR HOURLY_MEAN 2025-05-01T21:00 60 16282.16 16282.16
ERCOT SOLAR HOURLY_MEAN 2025-05-01T22:00 60 14601.62 14601.62
# NP4-745-CD, 5 September 2026, HE 14
CenterWest SOLAR HOURLY_MEAN 2026-09-05T18:00 60 4166.27 4166.27
FarEast SOLAR HOURLY_MEAN 2026-09-05T18:00 60 10574.33 10574.33
CenterEast SOLAR HOURLY_MEAN 2026-09-05T18:00 60 3984.65 3984.65
# fuel mix of 2021: the first two and the last quarter hour of 1 January, the last of 31 January
ERCOT COAL METERED 2021-01-01T06:00 15 6250.686176 1562.671544
ERCOT COAL METERED 2021-01-01T06:15 15 6276.252452 1569.063113
ERCOT COAL METERED 2021-01-02T05:45 15 10633.5899 2658.397475
ERCOT WIND METERED 2021-02-01T05:45 15 6981.343508 1745.335877
"""


@pytest.mark.parametrize(
    "line", [x for x in GENERATION.strip().splitlines() if not x.startswith("#")]
)
def test_generation(ask, line):
    location, fuel, kind, start, minutes, mw, mwh = line.split()
    assert ask(
        "select interval_minutes, round(generation_mw, 6), energy_mwh, "
        "interval_end = interval_start + to_minutes(interval_minutes) "
        f"from marts.fct_generation_intervals where location = '{location}' and fuel = '{fuel}' "
        f"and generation_kind = '{kind}' and interval_start = timestamptz '{start}:00Z'"
    ) == [(int(minutes), float(mw), float(mwh), True)]


def test_hours_to_come_have_forecasts_and_no_generation(ask):
    """10 May 2025, HE 16: the last row of the wind and of the solar file."""
    assert ask(
        "select technology, location, forecast_kind, generation_mw "
        "from marts.fct_renewable_forecast_intervals "
        "where interval_start = timestamptz '2025-05-10 20:00:00Z' and market_date = '2025-05-10' "
        "and location in ('ERCOT', 'LZ_NORTH') order by all"
    ) == [
        ("SOLAR", "ERCOT", "COP_HSL", 10057.5),
        ("SOLAR", "ERCOT", "PVGRPP", 13900.4),
        ("SOLAR", "ERCOT", "STPPF", 20528.0),
        ("WIND", "ERCOT", "COP_HSL", 5920.0),
        ("WIND", "ERCOT", "STWPF", 12259.1),
        ("WIND", "ERCOT", "WGRPP", 7515.4),
        ("WIND", "LZ_NORTH", "COP_HSL", 828.8),
        ("WIND", "LZ_NORTH", "STWPF", 1276.6),
        ("WIND", "LZ_NORTH", "WGRPP", 832.5),
    ]
    assert ask(
        "select max(interval_end) from marts.fct_generation_intervals "
        "where generation_kind = 'HOURLY_MEAN' and market_date < '2026-01-01'"
    ) == [(utc(2025, 5, 3, 21),)]


def test_regional_forecasts(ask):
    """5 September 2026, HE 12: the first row of the excerpt."""
    assert ask(
        "select forecast_kind, generation_mw from marts.fct_renewable_forecast_intervals "
        "where location = 'FarWest' and interval_start = timestamptz '2026-09-05 16:00:00Z' "
        "order by 1"
    ) == [("COP_HSL", 5140.8), ("PVGRPP", 4981.4), ("STPPF", 5188.7)]


def test_quarter_hours_add_up_to_the_days_and_the_month_of_the_workbook(ask):
    assert ask(
        "select count(*), max(abs(energy - total_mwh)) < 0.00001 from ("
        "select market_date, operator_fuel, sum(energy_mwh) as energy "
        "from marts.fct_generation_intervals where generation_kind = 'METERED' group by all) "
        "join raw.ercot.fuel_mix on date = market_date and fuel = operator_fuel"
    ) == [(279, True)]
    # sheet Summary, in GWh
    assert ask(
        "select fuel, round(sum(energy_mwh) / 1000, 6) from marts.fct_generation_intervals "
        "where generation_kind = 'METERED' and fuel in ('BIOMASS', 'GAS_CC', 'OTHER') "
        "group by fuel order by fuel"
    ) == [("BIOMASS", 14.987289), ("GAS_CC", 10743.80203), ("OTHER", -1.640342)]


def test_storage(ask):
    """First and last point, and the last of the first day."""
    assert ask(
        "select interval_start, charging_mw, discharging_mw, net_output_mw, "
        "cast(market_date as text) from staging.stg_ercot__storage_outputs "
        "where interval_start in (timestamptz '2025-11-08 06:00:00Z', "
        "timestamptz '2025-11-09 05:55:00Z', timestamptz '2025-11-09 21:25:00Z') order by 1"
    ) == [
        (utc(2025, 11, 8, 6), -1048.823, 13.575, -1035.249, "2025-11-08"),
        (utc(2025, 11, 9, 5, 55), -426.227, 104.053, -322.173, "2025-11-08"),
        (utc(2025, 11, 9, 21, 25), -466.907, 83.435, -383.472, "2025-11-09"),
    ]
