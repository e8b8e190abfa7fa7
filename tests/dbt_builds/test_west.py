"""Weather, rooftop and prices that come again, built step by step and all at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

pytestmark = pytest.mark.slow

MODELS = ("+fct_weather_intervals", "+fct_price_intervals", "+int_rooftop__five_minutes")
TABLES = (
    "marts.fct_weather_intervals_revisions",
    "marts.fct_price_intervals_revisions",
    "intermediate.int_rooftop__five_minutes",
)


def weather(*observations: tuple[str, float | None]) -> dict[str, str]:
    data = [
        {
            "wmo": 94610,
            "name": "Perth Airport",
            "history_product": "IDW60901",
            "local_date_time_full": "20260615100000",
            "aifstime_utc": stamp,
            "lat": -31.9,
            "lon": 116.0,
            "air_temp": degrees,
            "rel_hum": "-",
        }
        for stamp, degrees in observations
    ]
    return {"IDW60901.94610.json": json.dumps({"observations": {"data": data}})}


def rooftop(shares: dict[str, dict[str, float]]) -> dict[str, str]:
    capacity = {"60": 900.0, "61": 100.0}
    return {"2026-06-15.json": json.dumps({"capacity": capacity, "performance": shares})}


def prices(*rows: tuple[str, float]) -> dict[str, str]:
    data = [
        {"tradingInterval": f"2026-06-15T{t}:00+08:00", "referenceTradingPrice": p} for t, p in rows
    ]
    document = {"data": {"tradingDay": "2026-06-15", "referenceTradingPrices": data}}
    return {"ReferenceTradingPrice_2026-06-15.json": json.dumps(document)}


def half_hour(month: str, day: str) -> dict[str, str]:
    header = "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE"
    text = f"{header}\nSA1,{day} 00:30:00,1500.5,35.12,TRADE\n"
    return {f"PRICE_AND_DEMAND_{month}_SA1.csv": text}


# what each visit finds: the second corrects a value, repeats others and adds one
VISITS = (
    {
        **weather(("20260615020000", 18.5), ("20260615013000", 18.0)),
        **rooftop({"60": {"2026-06-15T02:00:00Z": 50}}),
        **prices(("08:00", 91.25), ("08:30", 0.0)),
        **half_hour("200906", "2009/06/30"),
        **half_hour("200907", "2009/07/01"),
    },
    {
        **weather(("20260615023000", None), ("20260615020000", 18.9), ("20260615013000", 18.0)),
        **rooftop({"60": {"2026-06-15T02:00:00Z": 50}, "61": {"2026-06-15T02:00:00Z": 40}}),
        **prices(("08:00", 91.25), ("08:30", -5.5), ("09:00", 12.0)),
    },
)


def test_what_comes_again_is_a_revision_where_it_differs(warehouse, tmp_path):
    for number, files in enumerate(VISITS):
        folder = tmp_path / f"visit_{number}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        warehouse.land_folder(folder)
        warehouse.build(*MODELS)
        if number == 0:  # a tenth of the capacity is missing: no estimate
            assert warehouse.sql("select count(*) from intermediate.int_rooftop__five_minutes") == [
                (0,)
            ]
    at = [datetime(2026, 6, 15, *clock, tzinfo=UTC) for clock in ((1, 30), (2, 0), (2, 30))]
    assert warehouse.sql(
        "select observed_at, revision, temperature_c, is_latest from "
        "marts.fct_weather_intervals_revisions order by 1, 2"
    ) == [
        (at[0], 1, 18.0, True),
        (at[1], 1, 18.5, False),
        (at[1], 2, 18.9, True),
        (at[2], 1, None, True),
    ]
    assert warehouse.sql(
        "select price, revision from marts.fct_price_intervals where iso = 'WEM' "
        "order by interval_start"
    ) == [(91.25, 1), (-5.5, 2), (12.0, 1)]
    # the monthly archive begins on 1 July 2009 and has more digits
    assert warehouse.sql(
        "select market, location, interval_start, interval_minutes, price "
        "from marts.fct_price_intervals where iso = 'NEM'"
    ) == [("TRADING", "SA1", datetime(2009, 6, 29, 14, tzinfo=UTC), 30, 35.12)]
    assert warehouse.sql(
        "select count(*), sum(energy_mwh) from intermediate.int_rooftop__five_minutes"
    ) == [(3, pytest.approx((0.5 * 900 + 0.4 * 100) / 4))]
    stepwise = [rows_of(warehouse, table) for table in TABLES]
    warehouse.build(*MODELS, whole=True)
    assert [rows_of(warehouse, table) for table in TABLES] == stepwise


def rows_of(warehouse, table: str) -> list[tuple]:
    return warehouse.sql(f"select * exclude (_built_at) from {table} order by all")


def test_the_ledger_counts_the_files_and_tells_their_times(warehouse, tmp_path):
    """BOM's times are of observations; a file of APVI has rows of both markets."""
    folder = tmp_path / "visit"
    folder.mkdir()
    shares = {"60": {"2026-06-15T02:00:00Z": 50}, "20": {"2026-06-15T02:30:00Z": 40}}
    for name, text in (VISITS[0] | rooftop(shares)).items():
        (folder / name).write_text(text)
    warehouse.land_folder(folder)
    warehouse.build("+dim_feed")
    assert warehouse.sql(
        "select feed, file_count, first_interval_start, last_interval_start "
        "from marts.dim_feed where feed in ('bom_observations', 'apvi_rooftop') order by feed"
    ) == [
        ("apvi_rooftop", 1, datetime(2026, 6, 15, 2, tzinfo=UTC),
         datetime(2026, 6, 15, 2, 30, tzinfo=UTC)),
        ("bom_observations", 1, datetime(2026, 6, 15, 1, 30, tzinfo=UTC),
         datetime(2026, 6, 15, 2, tzinfo=UTC)),
    ]  # fmt: skip
    counted = warehouse.sql(
        "select staging_model, row_count from intermediate.int_files__row_counts "
        "where staging_model like 'stg_apvi%' or staging_model like 'stg_bom%' order by 1"
    )
    assert counted == [
        ("stg_apvi__postcode_capacities", 2),
        ("stg_apvi__postcode_performances", 2),
        ("stg_bom__observations", 2),
    ]
