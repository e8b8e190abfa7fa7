"""Real published files the whole way to the marts, against values read by hand from the files.

Instants were worked out with pencil: ERCOT is UTC-6 in winter and UTC-5 in summer, the NEM UTC+10
all year, CAISO prints GMT.
"""

import os
import re
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = pytest.mark.real


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture(scope="module")
def data(real_data, tmp_path_factory) -> Path:
    """A warehouse built from all of the real files."""
    folder = tmp_path_factory.mktemp("real")
    catalogue = load_catalogue()
    with Run(folder, catalogue, excerpts=True) as run:
        run.prepare()
        run.from_folder(real_data, list(catalogue))
    assert run.report.problems == []
    built = dbt.build(Settings(data=folder))
    assert built.failures == []
    return folder


@pytest.fixture(scope="module")
def ask(data):
    with duckdb.connect(str(data / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield lambda sql: connection.execute(sql).fetchall()


PRICES = """
# iso market location, start (UTC), minutes, market day, price
ERCOT DAM AEEC 2017-02-14T06:00:00 60 2017-02-14 17.78
ERCOT DAM HB_NORTH 2017-02-15T05:00:00 60 2017-02-14 20.21
ERCOT DAM WOO_WOODWRD2 2017-02-15T05:00:00 60 2017-02-14 19.46
# hour 24, interval 4 of 30 April, on summer time: the last quarter hour before local midnight
ERCOT RT15M AMISTAD_ALL 2014-05-01T04:45:00 15 2014-04-30 30.5
ERCOT RT15M AMOCOOIL_CC1 2014-05-01T04:45:00 15 2014-04-30 30.5
ERCOT RT15M AMOCOOIL_CC2 2014-05-01T04:45:00 15 2014-04-30 30.5
# a dispatch run at 11:40:17, no later run of the day on file: five minutes are taken
ERCOT RT5M 7RNCHSLR_ALL 2026-09-07T16:40:17 5 2026-09-07 23.53
ERCOT RT5M A4_DGR1_RN 2026-09-07T16:40:17 5 2026-09-07 23.29
ERCOT RT5M A4_DGR2_RN 2026-09-07T16:40:17 5 2026-09-07 23.29
# the autumn day: hours 1, 2, 25 and the hour before midnight
CAISO DAM 0096WD_7_N001 2018-11-04T06:00:00 60 2018-11-03 35.21512
CAISO DAM 0096WD_7_N001 2018-11-04T07:00:00 60 2018-11-04 33.15052
CAISO DAM 0096WD_7_N001 2018-11-04T08:00:00 60 2018-11-04 32.83637
CAISO DAM 0096WD_7_N001 2018-11-04T09:00:00 60 2018-11-04 33.23085
# 2025-12-27 00:05 market time ends the first interval of the day
NEM RT5M NSW1 2025-12-26T14:00:00 5 2025-12-27 33.51273
NEM RT5M QLD1 2025-12-26T14:00:00 5 2025-12-27 34.75
NEM RT5M VIC1 2025-12-26T14:00:00 5 2025-12-27 -2.69976
# two runs on file: the one without the intervention sets the price (the other says 69.9317)
NEM RT5M SA1 2018-04-30T14:00:00 5 2018-05-01 71.11784
# half hours until September 2021, five minutes since
NEM TRADING SA1 2021-09-01T22:30:00 30 2021-09-02 -90.73
NEM TRADING SA1 2021-09-30T20:10:00 5 2021-10-01 29.43
NEM TRADING TAS1 2024-03-03T03:30:00 5 2024-03-03 -40.01
"""


def price_rows() -> list[tuple]:
    rows = []
    for line in PRICES.strip().splitlines():
        if not line.startswith("#"):
            iso, market, location, start, minutes, day, price = line.split()
            begin = datetime.fromisoformat(f"{start}+00:00")
            end = begin + timedelta(minutes=int(minutes))
            rows.append((iso, market, location, begin, end, date.fromisoformat(day), float(price)))
    return rows


@pytest.mark.parametrize("row", price_rows(), ids=lambda r: "-".join(map(str, r[:3])))
def test_prices(ask, row):
    iso, market, location, start, *_ = row
    found = ask(
        "select iso, market, location, interval_start, interval_end, market_date, price "
        f"from marts.fct_price_intervals where iso = '{iso}' and market = '{market}' "
        f"and location = '{location}' and interval_start = timestamptz '{start}'"
    )
    assert found == [row]


def test_the_autumn_day_has_25_hours_and_components_that_add_up(ask):
    assert ask(
        "select count(*), count(distinct interval_start), min(interval_start), max(interval_end), "
        "max(abs(energy_price + congestion_price + loss_price - price)) <= 0.0000101 "
        "from marts.fct_price_intervals where iso = 'CAISO' and market_date = date '2018-11-04'"
    ) == [(25, 25, utc(2018, 11, 4, 7), utc(2018, 11, 5, 8), True)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "select product, price, interval_start from marts.fct_ancillary_price_intervals "
            "where iso = 'ERCOT' and market_date = date '2014-05-02' order by product",
            [
                ("REGDN", 14.11, utc(2014, 5, 2, 5)),
                ("REGUP", 3.25, utc(2014, 5, 2, 5)),
                ("RRS", 7.25, utc(2014, 5, 2, 5)),
            ],
        ),
        (
            "select constraint_name, contingency_name, shadow_price, limit_mw, flow_mw, "
            "violation_mw, from_station from marts.fct_constraint_intervals "
            "where iso = 'ERCOT' and market = 'RT5M' order by constraint_id",
            [
                ("138_ALV_NAL_1", "SMDOPHR5", 14.63911, 389.2, 389.2, 0, "TNNALVIN"),
                ("N_TO_H", "BASE CASE", 0, 5468, 5067.1, 0, None),
                ("WAPWLY72_A", "DBLW2JC5", 0, 1789.2, 1743, 0, "WLY"),
            ],
        ),
        (
            "select constraint_name, contingency_name, shadow_price, interval_start "
            "from marts.fct_constraint_intervals where iso = 'ERCOT' and market = 'DAM' "
            "order by constraint_name",
            [
                ("BENTS_FRTER_1B_1", "SSHAFRO8", 8.375, utc(2026, 9, 7, 5)),
                ("LAKENA_SAMATH1_1", "DBAKCED5", 13.014, utc(2026, 9, 7, 5)),
                ("LPLMK_LPLNE_1", "SBWDDBM5", 35.441, utc(2026, 9, 7, 5)),
            ],
        ),
        (
            "select constraint_name, shadow_price, limit_mw, flow_mw "
            "from marts.fct_constraint_intervals where iso = 'NEM' "
            "and market_date = date '2025-12-27' and constraint_name like 'F_MAIN+APD_TL_L6%' "
            "order by 1",
            [
                ("F_MAIN+APD_TL_L6", 0.1, 354.64109, 354.64108),
                ("F_MAIN+APD_TL_L60", 0.15, 443.62059, 443.62059),
            ],
        ),
        (
            "select location, load_mw, interval_start from marts.fct_load_intervals "
            "where iso = 'ERCOT' and location in ('COAST', 'ERCOT') "
            "and interval_start in (timestamptz '2023-11-17 06:00:00+00', "
            "timestamptz '2023-11-18 05:00:00+00') order by 3, 1",
            [
                ("COAST", 10135.49, utc(2023, 11, 17, 6)),
                ("ERCOT", 38647.60, utc(2023, 11, 17, 6)),
                ("COAST", 10822.67, utc(2023, 11, 18, 5)),
                ("ERCOT", 40783.49, utc(2023, 11, 18, 5)),
            ],
        ),
        (
            "select load_mw, interval_start from marts.fct_load_intervals where iso = 'CAISO' "
            "and location = 'CA ISO-TAC' and market_date = date '2025-11-02' order by 2",
            [
                (21295, utc(2025, 11, 2, 7)),
                (20717, utc(2025, 11, 2, 8)),
                (20536, utc(2025, 11, 2, 9)),  # hour 25
                (19520, utc(2025, 11, 2, 10)),
            ],
        ),
        (
            "select location, load_mw from marts.fct_load_intervals where iso = 'NEM' "
            "and load_kind = 'TOTAL' and market_date = date '2025-12-27' order by 1",
            [
                ("NSW1", 6257.51),
                ("QLD1", 6123.52),
                ("SA1", 1381.2),
                ("TAS1", 885.05),
                ("VIC1", 4033.67),
            ],
        ),
        (
            "select model, location, load_mw, interval_start, interval_minutes "
            "from marts.fct_load_forecast_intervals where location = 'AVA' and "
            "((model = '2DA' and interval_start = timestamptz '2023-08-13 01:00:00+00') or "
            "(model = '7DA' and interval_start = timestamptz '2025-02-19 08:00:00+00')) order by 1",
            [
                ("2DA", "AVA", 1501.95, utc(2023, 8, 13, 1), 60),
                ("7DA", "AVA", 1275.14, utc(2025, 2, 19, 8), 60),
            ],
        ),
        (  # the XML form of 2014
            "select model, location, load_mw, interval_minutes from "
            "marts.fct_load_forecast_intervals where market_date = date '2014-05-08' order by 3",
            [
                ("RTD", "PGE-TAC", 11530, 5),
                ("RTPD", "CA ISO-TAC", 26723, 15),
                ("RTD", "CA ISO-TAC", 26755, 5),
            ],
        ),
        (
            "select interface, from_location, to_location, losses_mw, limit_forward_mw, "
            "limit_reverse_mw from marts.fct_interchange_intervals "
            "where market_date = date '2025-12-27' and interface in ('N-Q-MNSP1', 'NSW1-QLD1') "
            "order by 1",
            [
                ("N-Q-MNSP1", "NSW1", "QLD1", 0.33199, 57.75798, -75.40002),
                ("NSW1-QLD1", "NSW1", "QLD1", 2.71882, 668.63917, -920.77816),
            ],
        ),
        (
            "select resource, output_mw, measured, interval_start "
            "from marts.fct_resource_output_intervals where market_date = date '2025-12-27' "
            "and resource in ('BARCSF1', 'BUTLERSG', 'BWTR1') order by 1",
            [
                ("BARCSF1", 0.2, "START", utc(2025, 12, 26, 14)),
                ("BUTLERSG", 11.1, "START", utc(2025, 12, 26, 14)),
                ("BWTR1", 23.378441, "START", utc(2025, 12, 26, 14)),
            ],
        ),
    ],
    ids=lambda value: re.search(r"fct_\w+", value).group() if isinstance(value, str) else "",
)
def test_values_of_the_other_marts(ask, sql, expected):
    assert ask(sql) == expected


def test_half_hour_price_is_the_mean_of_six_and_five_minute_price_the_same(ask):
    rows = ask(
        "select check_name, count(*), count(*) filter (where is_within), sum(compared_count) "
        "from marts.fct_reconciliations where check_name in ('trading_price', 'region_balance') "
        "group by 1 order by 1"
    )
    assert [(name, days - good) for name, days, good, _ in rows] == [
        ("region_balance", 0),  # with the demand response of August 2024
        ("trading_price", 0),
    ]
    assert rows[1][3] > 7000


def test_every_row_of_every_file_is_accounted_for(real_data, data, ask):
    """Rows counted by another tool (Python's zipfile and line splitting) against the ledger."""
    ledger = ask(
        "select name, feed, rows_in_file, rows_landed, rows_rejected, status from ops.files"
    )
    assert len(ledger) > 50
    for name, feed, rows, landed, rejected, status in ledger:
        assert rows == landed + rejected, name
        if status != "landed" or name.endswith((".xml", ".xlsx", ".xls", ".json")):
            continue
        path = next(p for p in real_data.rglob("*") if p.name == name)
        assert rows == _count(path, feed), name


def _count(path: Path, feed: str) -> int:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            texts = [archive.read(info).decode() for info in archive.infolist()]
    else:
        texts = [path.read_text()]
    members = [[line for line in text.splitlines() if line.strip()] for text in texts]
    records = {t.record for t in load_catalogue()[feed].tables}
    if records == {None}:
        return sum(len(lines) - 1 for lines in members)
    lines = [line for member in members for line in member]
    named = (
        ".".join(part for part in line.split(",")[1:3] if part)
        for line in lines
        if line[:2] == "D,"
    )
    return sum(record in records for record in named)


def test_second_extraction_lands_nothing(real_data, data):
    done = subprocess.run(
        [sys.executable, "-c", "from gridhouse.cli import app; app()", "extract",
         "--from", str(real_data), "--excerpts"],
        env={**os.environ, "GRIDHOUSE_DATA": str(data)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0 and "Nothing new" in done.stdout


@pytest.mark.parametrize(
    ("record_id", "local_start", "value"),
    [
        # DISPATCHPRICE of July 2024: 17289.82696 at 18:00, the highest of NSW1 in all months here
        ("au.nem.nsw1.price.interval.high", "2024-07-30 17:55", 17290),
        # DISPATCHREGIONSUM of 2025-12-27 00:05: 6257.51 + 6123.52 + 1381.2 + 885.05 + 4033.67, the
        # one interval at hand with all regions; half hours (29854 on 2017-06-07) are none
        ("au.nem.demand.power.interval.high", "2025-12-27 00:00", 18681),
        # TRADINGREGIONSUM of June 2017: half of the sum of the five regions' TOTALDEMAND
        ("au.nem.demand.energy.month.high", "2017-06-01 00:00", 16604243),
        # DISPATCHREGIONSUM of August 2024: 11818.15 at 18:35
        ("au.nem.nsw1.demand.power.interval.high", "2024-08-01 18:30", 11818),
    ],
)
def test_records_of_the_nem(ask, record_id, local_start, value):
    assert ask(
        "select local_interval_start, value from marts.records "
        f"where is_current and record_id = '{record_id}'"
    ) == [(local_start, value)]
