"""ERCOT's real files of load, forecasts and outages, against values read by hand from the files.

Central time is UTC-6 in winter and UTC-5 in summer.
"""

from datetime import UTC, date, datetime

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = pytest.mark.real

PRODUCTS = [
    "NP3-233-CD", "NP3-560-CD", "NP3-561-CD", "NP3-565-CD", "NP3-763-CD", "NATIVE-LOAD"
]  # fmt: skip
MODELS = (
    "+fct_load_intervals +fct_load_forecast_intervals +fct_outage_intervals "
    "stg_ercot__system_adequacies"
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture(scope="module")
def ask(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    catalogue = load_catalogue()
    with Run(folder, catalogue) as run:
        run.prepare()
        run.from_folder(real_data / "ercot", catalogue.select(PRODUCTS))
    assert run.report.problems == []
    assert run.report.warnings == []
    built = dbt.build(Settings(data=folder), select=MODELS.split())
    assert built.failures == []
    with duckdb.connect(str(folder / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{folder / 'raw.duckdb'}' as raw (read_only)")
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("table", "files"),
    [
        ("np3_233_cd", [("cdr", 168), ("cdr", 168), ("hroc", 192)]),
        ("np3_560_cd", [("sysfcst", 192)]),
        ("np3_561_cd", [("ercot", 192)]),
        ("np3_565_cd", [("NP3565", 3)]),
        ("np3_763_cd", [("2021", 168)] * 4 + [("NP3763", 3)]),
        ("native_load", [("Native", 2159)]),
    ],
)
def test_every_row_lands(ask, table, files):
    """Lines of the files less the header; the workbook's last filled row is the 2,160th."""
    found = ask(
        "select name, rows_landed, rows_rejected from raw.ercot._files "
        f"where feed like '%{table.removeprefix('np')}' order by name"
    )
    assert [(name[: len(start)], rows) for (name, rows, _), (start, _) in zip(
        found, files, strict=True
    )] == files  # fmt: skip
    assert all(rejected == 0 for *_, rejected in found)


def test_forecast_by_weather_zone(ask):
    """Posted 2023-11-19 23:30; the first hour is that day's, the last one eight days on."""
    assert ask(
        "select location, location_type, interval_start, interval_end, market_date, issued_at, "
        "model, load_mw from marts.fct_load_forecast_intervals where model = 'ERCOT' "
        "and location in ('COAST', 'SOUTHERN', 'ERCOT') and interval_start in "
        "(timestamptz '2023-11-19 06:00:00+00', timestamptz '2023-11-27 05:00:00+00') order by 3, 1"
    ) == [
        (*place, start, end, day, utc(2023, 11, 20, 5, 30), "ERCOT", load)
        for start, end, day, loads in [
            (
                utc(2023, 11, 19, 6),
                utc(2023, 11, 19, 7),
                date(2023, 11, 19),
                (10162.2002, 38374.3309, 3016.8),
            ),
            (
                utc(2023, 11, 27, 5),
                utc(2023, 11, 27, 6),
                date(2023, 11, 26),
                (10413.9004, 42671.7002, 2977.9099),
            ),
        ]
        for place, load in zip(
            [("COAST", "WEATHER_ZONE"), ("ERCOT", "SYSTEM"), ("SOUTHERN", "WEATHER_ZONE")],
            loads,
            strict=True,
        )
    ]


def test_forecast_by_forecast_zone(ask):
    """The member says nowhere when it was published; numbers have 18 decimals."""
    assert ask(
        "select location, interval_start, market_date, published_at, round(load_mw, 6) "
        "from marts.fct_load_forecast_intervals where location_type = 'FORECAST_ZONE' and "
        "(location, interval_start) in (('NORTH', timestamptz '2025-05-03 05:00:00+00'), "
        "('HOUSTON', timestamptz '2025-05-03 06:00:00+00'), "
        "('SOUTH', timestamptz '2025-05-11 04:00:00+00')) order by 2"
    ) == [
        ("NORTH", utc(2025, 5, 3, 5), date(2025, 5, 3), None, 12501.911468),
        ("HOUSTON", utc(2025, 5, 3, 6), date(2025, 5, 3), None, 10975.672197),
        ("SOUTH", utc(2025, 5, 11, 4), date(2025, 5, 10), None, 12191.409071),
    ]


def test_forecasts_of_three_models(ask):
    assert ask(
        "select model, location, load_mw, is_in_use, interval_start "
        "from marts.fct_load_forecast_intervals where market_date = date '2026-09-07' "
        "and location in ('COAST', 'NORTH_C', 'ERCOT') order by 1, 2"
    ) == [
        ("A3", "COAST", 15084.543, False, utc(2026, 9, 7, 5)),
        ("A3", "ERCOT", 63367.9296, False, utc(2026, 9, 7, 5)),
        ("A3", "NORTH_C", 18833.4199, False, utc(2026, 9, 7, 5)),
        ("A6", "COAST", 15187.0684, False, utc(2026, 9, 7, 5)),
        ("A6", "ERCOT", 63424.4642, False, utc(2026, 9, 7, 5)),
        ("A6", "NORTH_C", 19065.998, False, utc(2026, 9, 7, 5)),
        ("E", "COAST", 15169.5, False, utc(2026, 9, 7, 5)),
        ("E", "ERCOT", 63896.6497, False, utc(2026, 9, 7, 5)),
        ("E", "NORTH_C", 19085, False, utc(2026, 9, 7, 5)),
    ]


def test_native_load(ask):
    """Hour 24, and the spring day, on which 04:00 follows 02:00."""
    assert ask(
        "select location, interval_start, market_date, load_mw from marts.fct_load_intervals "
        "where load_kind = 'NATIVE' and location in ('COAST', 'ERCOT', 'SOUTH_C') and "
        "interval_start in (timestamptz '2026-01-02 05:00:00+00', "
        "timestamptz '2026-03-08 07:00:00+00', timestamptz '2026-03-08 08:00:00+00', "
        "timestamptz '2026-04-01 04:00:00+00') order by 2, 1"
    ) == [
        ("COAST", utc(2026, 1, 2, 5), date(2026, 1, 1), 11046.243014),
        ("ERCOT", utc(2026, 1, 2, 5), date(2026, 1, 1), 43939.618531),
        ("SOUTH_C", utc(2026, 1, 2, 5), date(2026, 1, 1), 6648.951713),
        ("COAST", utc(2026, 3, 8, 7), date(2026, 3, 8), 11533.153491),
        ("ERCOT", utc(2026, 3, 8, 7), date(2026, 3, 8), 43181.757361),
        ("SOUTH_C", utc(2026, 3, 8, 7), date(2026, 3, 8), 6072.678512),
        ("COAST", utc(2026, 3, 8, 8), date(2026, 3, 8), 11263.980279),
        ("ERCOT", utc(2026, 3, 8, 8), date(2026, 3, 8), 42612.701842),
        ("SOUTH_C", utc(2026, 3, 8, 8), date(2026, 3, 8), 5955.711069),
        ("COAST", utc(2026, 4, 1, 4), date(2026, 3, 31), 13561.170811),
        ("ERCOT", utc(2026, 4, 1, 4), date(2026, 3, 31), 53245.717493),
        ("SOUTH_C", utc(2026, 4, 1, 4), date(2026, 3, 31), 8428.216806),
    ]
    assert ask(
        "select count(*), count(distinct interval_start) from marts.fct_load_intervals "
        "where load_kind = 'NATIVE' and location = 'ERCOT'"
    ) == [(2159, 2159)]  # 90 days of 24 hours less the skipped one


def test_outages_of_the_system(ask):
    """Issued at 17:01:28 and 19:01:15, of hour 20 of that day (19:00 to 20:00)."""
    assert ask(
        "select outage_kind, issued_at, outage_mw from marts.fct_outage_intervals "
        "where location = 'ERCOT' and location_type = 'SYSTEM' "
        "and interval_start = timestamptz '2021-02-17 01:00:00+00' order by 2, 1"
    ) == [
        (kind, issued, outage)
        for issued, outages in [
            (utc(2021, 2, 16, 23, 1, 28), (19587, 3282, 29768)),
            (utc(2021, 2, 17, 1, 1, 15), (19724, 3282, 30714)),
        ]
        for kind, outage in zip(("IRR", "NEW_EQUIPMENT", "RESOURCE"), outages, strict=True)
    ]


def test_outages_of_the_zones(ask):
    """The first row is hour 24 of the day before."""
    assert ask(
        "select location, outage_kind, market_date, outage_mw from marts.fct_outage_intervals "
        "where location_type = 'FORECAST_ZONE' and outage_kind <> 'IRR' "
        "and interval_start = timestamptz '2025-05-03 04:00:00+00' order by 2, 1"
    ) == [
        (zone, kind, date(2025, 5, 2), outage)
        for kind, outages in [
            ("NEW_EQUIPMENT", (1975, 2294, 1010, 1395)),
            ("RESOURCE", (4928, 9062, 6960, 1513)),
        ]
        for zone, outage in zip(("HOUSTON", "NORTH", "SOUTH", "WEST"), outages, strict=True)
    ]


def test_system_adequacy_of_both_layouts(ask):
    assert ask(
        "select interval_start, market_date, cap_gen_res_total, cap_load_res_total, "
        "cap_gen_res_houston, cap_regup_rrs_total from staging.stg_ercot__system_adequacies "
        "where interval_start in (timestamptz '2021-02-09 06:00:00+00', "
        "timestamptz '2021-02-14 06:00:00+00', timestamptz '2026-09-07 07:00:00+00') "
        "and (market_date <> date '2021-02-14' or cap_gen_res_total = 63524.5) order by 1"
    ) == [
        (utc(2021, 2, 9, 6), date(2021, 2, 9), 44917.1, 4656.8, None, None),
        (utc(2021, 2, 14, 6), date(2021, 2, 14), 63524.5, 3930.5, None, None),
        (utc(2026, 9, 7, 7), date(2026, 9, 7), 84485.2, 4507.7, 12850.4, 39530.94),
    ]
