"""Files of the WEM, BOM and APVI as published, the whole way to the marts.

Sums and rows were worked out from the files with a pencil or with Python's own csv and json.
"""

import csv
import json
from pathlib import Path

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = pytest.mark.real

FOLDERS = ("wem", "bom", "apvi")
# parts of what a third party flattened, a note in words
NOT_PUBLISHED = {
    "schedule.csv",
    "dispatchTotal.csv",
    "dispatchCaps.csv",
    "IDCJAC0010_009021_1800_Note.txt",
    "README.md",
}


@pytest.fixture(scope="module")
def landed(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("west")
    catalogue = load_catalogue()
    with Run(folder, catalogue) as run:
        run.prepare()
        for name in FOLDERS:
            run.from_folder(Path(real_data, name), list(catalogue))
    return folder, run.report


@pytest.fixture(scope="module")
def ask(landed):
    folder, _ = landed
    built = dbt.build(
        Settings(data=folder),
        select=[
            "staging.wem",
            "staging.bom",
            "staging.apvi",
            "+rpt_weather_daily",
            "+wem__balancing_summary",
            "+int_rooftop__five_minutes",
        ],
    )
    assert built.failures == []
    with duckdb.connect(str(folder / "gridhouse.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{folder / 'raw.duckdb'}' as raw (read_only)")
        yield lambda sql: connection.execute(sql).fetchall()


def test_every_published_file_lands(landed):
    _, report = landed
    assert report.problems == [] and report.warnings == []
    assert {path.name for path in report.not_recognised} == NOT_PUBLISHED
    assert {f.feed: (f.files, f.rows, f.rejected) for f in report.feeds.values()} == {
        "wem_balancing_summary": (1, 48, 0),
        "wem_pulse": (1, 145, 0),
        "bom_observations": (1, 145, 0),
        "bom_daily_maxima": (1, 731, 0),
        "apvi_rooftop": (1, 1689, 0),
    }


# WEM


def test_balancing_summary(ask):
    """A trading day from 08:00 in Perth; Total = scheduled + non-scheduled in every row."""
    assert ask(
        "select count(*), min(interval_start)::text, max(interval_end)::text, "
        "count(distinct trading_date), count(distinct market_date), "
        "count(*) filter (abs(total_generation_mw - scheduled_generation_mw "
        "- non_scheduled_generation_mw) < 1e-9) from staging.stg_wem__balancing_summaries"
    ) == [(48, "2022-01-01 00:00:00+00", "2022-01-02 00:00:00+00", 1, 2, 48)]


def test_balancing_prices_reach_the_mart(ask, real_data):
    path = real_data / "wem/balancing_summary/balancing-summary-2022.excerpt.csv"
    with path.open() as file:
        published = [float(row["Final Price ($/MWh)"]) for row in csv.DictReader(file)]
    found = ask(
        "select price, interval_minutes, market, location from marts.fct_price_intervals "
        "where iso = 'WEM' order by interval_start"
    )
    assert [row[0] for row in found] == published
    assert {row[1:] for row in found} == {(30, "TRADING", "WEM")}
    assert ask(
        "select trading_interval, final_price from wem.balancing_summary "
        "order by interval_start limit 1"
    ) == [("2022-01-01 08:00:00+08:00", -50.57)]


def test_pulse_tells_what_has_happened(ask):
    """At 16:00 on the 21st; half hours from then on have no generation yet."""
    assert ask(
        "select is_forecast, count(*), max(interval_start)::text, min(interval_start)::text "
        "from staging.stg_wem__pulse_intervals group by 1 order by 1"
    ) == [
        (False, 96, "2021-11-21 07:30:00+00", "2021-11-19 08:00:00+00"),
        (True, 49, "2021-11-22 08:00:00+00", "2021-11-21 08:00:00+00"),
    ]
    assert ask(
        "select price, total_generation_mw, outage_mw, as_at::text "
        "from staging.stg_wem__pulse_intervals order by interval_start limit 1"
    ) == [(40.06, 1781.858, 610.556, "2021-11-21 08:00:00+00")]


# BOM


def test_observations(ask):
    assert ask(
        "select count(*), min(observed_at)::text, max(observed_at)::text, "
        "count(temperature_c), count(wind_gust_kmh), count(distinct location) "
        "from marts.fct_weather_intervals"
    ) == [(145, "2017-09-14 05:30:00+00", "2017-09-17 05:00:00+00", 145, 0, 1)]
    assert ask(
        "select location, station_name, market_date::text, temperature_c, apparent_temperature_c, "
        "humidity_pct, pressure_hpa from marts.fct_weather_intervals order by observed_at desc "
        "limit 1"
    ) == [("NSW1", "Sydney Observatory Hill", "2017-09-17", 16.4, 11.8, 37, 1025.0)]


def test_observations_equal_the_document(ask, real_data):
    path = real_data / "bom/observations/IDN60901.94768.json"
    data = json.loads(path.read_text())["observations"]["data"]
    published = {
        (row["aifstime_utc"], row["air_temp"], row["rel_hum"], row["wind_spd_kmh"]) for row in data
    }
    found = ask(
        "select strftime(observed_at, '%Y%m%d%H%M%S'), temperature_c, humidity_pct, wind_speed_kmh "
        "from marts.fct_weather_intervals"
    )
    assert set(found) == published


def test_daily_maxima(ask):
    assert ask(
        "select count(*), min(market_date)::text, max(market_date)::text, "
        "max(max_temperature_c), count(*) filter (not is_quality_controlled) > 0 "
        "from staging.stg_bom__daily_maxima where bureau_number = '009021'"
    ) == [(731, "2022-01-31", "2024-01-31", 44.1, True)]
    assert ask(
        "select max_temperature_c, is_quality_controlled from staging.stg_bom__daily_maxima "
        "where market_date in ('2022-01-31', '2024-01-31') order by market_date"
    ) == [(31.9, True), (43.2, False)]


def test_days_of_weather(ask):
    """Sydney has 17, 48, 49 and 31 readings; Perth 730 maxima, none on 29 September 2023."""
    assert ask(
        "select market_date::text, hour_count, min_temperature_c, round(mean_temperature_c, 3), "
        "max_temperature_c, official_max_temperature_c from marts.rpt_weather_daily "
        "where bureau_number = '066214' and location = 'NSW1' order by market_date"
    ) == [
        ("2017-09-14", 9, 12.8, 13.8, 15.8, None),
        ("2017-09-15", 24, 10.6, 16.129, 22.6, None),
        ("2017-09-16", 24, 12.0, 15.992, 23.1, None),
        ("2017-09-17", 16, 8.2, 12.739, 18.3, None),
    ]
    assert ask(
        "select iso, location, station_id, count(*), count(official_max_temperature_c), "
        "round(sum(official_max_temperature_c), 1), max(hour_count), count(max_temperature_c), "
        "bool_or(market_date = '2023-09-29') "
        "from marts.rpt_weather_daily where bureau_number = '009021' group by all"
    ) == [("WEM", "WEM", "94610", 730, 730, 18829.2, 0, 0, False)]


# APVI


def test_rooftop_is_share_times_capacity_on_the_grid(ask, real_data):
    answer = json.loads((real_data / "apvi/forecast/apvi_forecast_response.json").read_text())
    capacity = {
        prefix: mw
        for prefix, mw in answer["postcodeCapacity"].items()
        if prefix.startswith("6") and prefix not in ("66", "67")
    }
    expected = {}
    for stamp in answer["postcode"]:
        shares = {p: v for p, v in stamp.items() if p in capacity}
        if shares:
            total = sum(v / 100 * capacity[p] for p, v in shares.items())
            covered = sum(capacity[p] for p in shares) / sum(capacity.values())
            expected[stamp["ts"]] = (total, len(shares), covered)
    found = {
        ts: (mw, prefixes, share)
        for ts, mw, prefixes, share in ask(
            "select strftime(interval_start, '%Y-%m-%dT%H:%M:%SZ'), reported_mw, prefix_count, "
            "capacity_share from intermediate.int_rooftop__wem_quarter_hours"
        )
    }
    assert len(found) == 27 and found.keys() == expected.keys()
    for ts, values in expected.items():
        assert found[ts] == pytest.approx(values, abs=1e-5)


def test_a_half_known_stamp_is_seen_and_makes_no_estimate(ask):
    """At 20:45 two prefixes of 5.9 % of the capacity report; at 02:00 six of eight, 99.95 %.

    From 02:45 on one of them is missing again, 3.1 %: 22 of the 27 stamps are whole.
    """
    assert ask(
        "select prefix_count, grid_prefix_count, round(capacity_share, 4), is_complete, basis, "
        "round(reported_mw, 3) from intermediate.int_rooftop__wem_quarter_hours where "
        "interval_start in (timestamptz '2021-11-20 20:45:00+00', "
        "timestamptz '2021-11-21 02:00:00+00') order by interval_start"
    ) == [(2, 8, 0.0587, False, "SHARE", 0.0), (6, 8, 0.9995, True, "SHARE", 928.217)]
    assert ask(
        "select count(*) filter (interval_start < timestamptz '2021-11-20 21:15:00+00'), "
        "count(*), round(sum(energy_mwh) filter (interval_start >= "
        "timestamptz '2021-11-21 02:00:00+00' and interval_start < "
        "timestamptz '2021-11-21 02:15:00+00'), 3) "
        "from intermediate.int_rooftop__five_minutes where iso = 'WEM'"
    ) == [(0, 66, 232.054)]
