"""ERCOT's price corrections and yearly history: values that were read by hand in real files."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = [pytest.mark.real, pytest.mark.slow]

FOLDERS = ["NP4-196-M", "NP4-180-ER", "NP4-181-ER", "NP6-785-ER"]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture(scope="module")
def ask(real_data, tmp_path_factory):
    """A warehouse of these files alone."""
    settings = Settings(data=tmp_path_factory.mktemp("real"))
    catalogue = load_catalogue()
    with Run(settings.data, catalogue) as run:
        run.prepare()
        for folder in FOLDERS:
            run.from_folder(real_data / "ercot" / folder, list(catalogue))
    assert run.report.problems == []
    built = dbt.build(
        settings,
        select=[
            "ancillary_products", "+ercot__settlement_point_prices", "+ercot__ancillary_prices",
            "+fct_files", "+int_files__row_counts",
        ],
    )  # fmt: skip
    assert built.failures == []
    with duckdb.connect(str(settings.data / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield lambda sql: connection.execute(sql).fetchall()


def test_corrections_hold_from_their_own_time(ask):
    held = utc(2025, 12, 9, 16)
    assert ask(
        "select settlement_point, settlement_point_type, interval_start, settlement_point_price, "
        "original_price, original_price_source, corrected_at, revision, published_at "
        "from ercot.settlement_point_prices "
        "where market = 'DAM' and delivery_date = date '2025-12-06' order by 1"
    ) == [
        (point, "NODE", utc(2025, 12, 6, 6), price, original, "CORRECTION", held, 1, held)
        for point, original, price in (
            ("ASTRA_RN", 46.61, 46.62), ("BIGSTAR_ALL", 45.86, 45.87), ("CPSES_UNIT1", 45.3, 45.31)
        )
    ]  # fmt: skip


PRICES = """
# market location type start (UTC) price
DAM HB_BUSAVG HUB 2026-01-01T06:00:00 20.84
DAM LZ_WEST ZONE 2026-02-01T05:00:00 75.15
DAM LZ_HOUSTON ZONE 2026-01-27T03:00:00 395.35
DAM HB_BUSAVG HUB 2026-02-01T06:00:00 59.96
# hour ending 02, then 04: the clocks go forward
DAM HB_NORTH HUB 2026-03-08T07:00:00 35.45
DAM HB_NORTH HUB 2026-03-08T08:00:00 33.24
DAM LZ_WEST ZONE 2026-04-12T04:00:00 33.15
RT15M HB_HOUSTON HUB 2025-02-01T06:00:00 35.54
RT15M HB_HOUSTON HUB 2025-02-02T13:30:00 27.09
RT15M HB_NORTH HUB 2025-02-03T20:30:00 15.86
RT15M HB_WEST HUB 2025-02-06T10:45:00 28.44
"""


@pytest.mark.parametrize("line", [x for x in PRICES.strip().splitlines() if not x.startswith("#")])
def test_history_of_hubs_and_zones(ask, line):
    market, location, kind, start, price = line.split()
    assert ask(
        "select price, location_type, revision from marts.fct_price_intervals "
        f"where market = '{market}' and location = '{location}' "
        f"and interval_start = timestamptz '{start}+00'"
    ) == [(float(price), kind, 1)]


SERVICES = """
# start (UTC) REGDN REGUP RRS NSPIN ECRS
2015-03-08T07:00:00 5.88 1.64 2.01 1 -
2015-03-08T08:00:00 3.98 1.45 2.01 1 -
2015-11-01T06:00:00 3.98 3.3 18.45 2.5 -
2015-11-01T07:00:00 3.86 3 18.45 2.47 -
2016-01-01T05:00:00 6.24 2.45 3.11 1.95 -
2023-03-12T07:00:00 2.31 3 3 1.04 -
2023-03-12T08:00:00 1.99 2.98 2.69 1.04 -
2023-06-10T04:00:00 3.5 1.5 1.5 1.5 -
2023-06-10T05:00:00 4 2.05 2.05 0.25 10
2023-11-05T06:00:00 1.49 1.83 1.5 0.96 1.5
2023-11-05T07:00:00 4.98 2.5 2.5 1.19 2
2023-11-05T08:00:00 1.25 1.83 1.5 1.16 0.95
"""


@pytest.mark.parametrize("line", SERVICES.strip().splitlines()[1:])
def test_history_of_clearing_prices(ask, line):
    start, *prices = line.split()
    names = ("REGDN", "REGUP", "RRS", "NSPIN", "ECRS")
    expected = {n: float(p) for n, p in zip(names, prices, strict=True) if p != "-"}
    found = ask(
        "select product, price from marts.fct_ancillary_price_intervals "
        f"where market = 'DAM' and interval_start = timestamptz '{start}+00'"
    )
    assert dict(found) == expected and len(found) == len(expected)


def test_hours_and_services_of_the_years(ask):
    assert ask(
        "select year(market_date), product, count(*) from marts.fct_ancillary_price_intervals "
        "group by all order by all"
    ) == [
        *((2015, name, 8760) for name in ("NSPIN", "REGDN", "REGUP", "RRS")),
        (2023, "ECRS", 205 * 24 + 1),  # from 10 June, with the repeated hour
        *((2023, name, 8760) for name in ("NSPIN", "REGDN", "REGUP", "RRS")),
    ]


def test_every_sheet_of_the_workbook_landed_whole(ask, real_data):
    """Rows counted and prices added up by another reader: the workbook's own XML."""
    path = next((real_data / "ercot" / "NP4-180-ER").glob("*.xlsx"))
    months = {}
    with zipfile.ZipFile(path) as book:
        for n in range(1, 13):
            sheet = book.read(f"xl/worksheets/Sheet{n}.xml").decode()
            prices = re.findall(r'<c r="E\d+"(?![^>]*t="s")[^>]*><v>([^<]*)</v>', sheet)
            if prices:
                months[n] = (len(prices), round(sum(map(float, prices)), 2))
    assert {n: rows for n, (rows, _) in months.items()} == {1: 11160, 2: 10080, 3: 11145, 4: 3960}
    assert ask(
        "select month(market_date), count(*), round(sum(price), 2) from marts.fct_price_intervals "
        "where market = 'DAM' and year(market_date) = 2026 group by all order by all"
    ) == [(n, *found) for n, found in months.items()]
    assert ask(
        "select rows_in_file, rows_landed, rows_rejected from ops.files "
        "where feed = 'ercot_np4_180_er'"
    ) == [(36345, 36345, 0)]
