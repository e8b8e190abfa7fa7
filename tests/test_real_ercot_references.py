"""Real files of ERCOT's references and disclosures, against values read by hand from the files.

Instants were worked out with pencil: ERCOT is UTC-6 in winter and UTC-5 in summer.
"""

from datetime import UTC, date, datetime

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = pytest.mark.real

FEEDS = ["ercot_np3_911_er", "ercot_np4_160_sg"]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture(scope="module")
def ask(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("references")
    catalogue = load_catalogue()
    with Run(folder, catalogue) as run:
        run.prepare()
        run.from_folder(real_data / "ercot", catalogue.select(FEEDS))
    assert run.report.problems == []
    assert run.report.warnings == []
    built = dbt.build(Settings(data=folder), select=[f"source:{feed}+1" for feed in FEEDS])
    assert built.failures == []
    with duckdb.connect(str(folder / "gridhouse.duckdb")) as connection:
        connection.execute(f"attach '{folder / 'raw.duckdb'}' as raw (read_only)")
        connection.execute("set TimeZone = 'UTC'")
        yield lambda sql: connection.execute(sql).fetchall()


LISTED = utc(2024, 11, 11, 23, 46, 25)  # 17:46:25 in the name, winter time


@pytest.mark.parametrize(
    "row",
    [
        ("0001", "BUBORA", 138.0, "LZ_SOUTH", None, None, None, 7103),
        ("0014_EB", "DOWGEN", 14.4, "LZ_HOUSTON", "DOW_G67", None, None, 110123),
        ("3", "LON_HILL", 345.0, "LZ_SOUTH", None, "LON_HILL", "HB_SOUTH", 8455),
    ],
)
def test_buses(ask, row):
    assert ask(
        "select electrical_bus, substation, voltage_kv, load_zone, resource_node, hub_bus, hub, "
        "planning_bus_number, listed_at, market_date from staging.stg_ercot__electrical_buses "
        f"where electrical_bus = '{row[0]}'"
    ) == [(*row, LISTED, date(2024, 11, 11))]


def test_every_line_of_the_lists_is_there(ask):
    assert ask(
        "select (select count(*) from staging.stg_ercot__electrical_buses), "
        "(select count(*) from staging.stg_ercot__resource_node_units), "
        "(select count(*) from staging.stg_ercot__hubs_and_dc_ties)"
    ) == [(17667, 107, 11)]


def test_units_and_hubs(ask):
    # 12:28:19 in the names, summer time
    assert ask(
        "select resource, listed_at from staging.stg_ercot__resource_node_units "
        "where resource_node = 'ADL_RN' order by resource"
    ) == [("ADL_ESR1", utc(2026, 6, 11, 17, 28, 19)), ("ADL_SOLAR1", utc(2026, 6, 11, 17, 28, 19))]
    assert ask("select min(location), max(location) from staging.stg_ercot__hubs_and_dc_ties") == [
        ("DC_E", "HB_WEST")
    ]


@pytest.mark.parametrize(
    ("model", "columns", "where", "expected"),
    [
        # first and last line of `2d_Agg_AS_Offers_ECRSM`, hours 01 and 24
        (
            "offer_steps",
            "offered_mw, price",
            "operator_product = 'ECRSM' and price = 0 and interval_start = '2024-10-16 05:00:00Z'",
            [(146.0, 0.0)],
        ),
        (
            "offer_steps",
            "offered_mw, price, interval_end",
            "operator_product = 'ECRSM' and price = 1 and interval_start = '2024-10-17 04:00:00Z'",
            [(330.1, 1.0, utc(2024, 10, 17, 5))],
        ),
        # prices are printed without a leading zero
        (
            "offer_steps",
            "offered_mw, price",
            "operator_product = 'OFFNS' and interval_start = '2024-10-16 05:00:00Z' "
            "and offered_mw = 478.1",
            [(478.1, 0.01)],
        ),
        (
            "cleared",
            "operator_product, cleared_mw, market_date, _published_at",
            "operator_product = 'NSPIN' and interval_start = '2024-10-17 04:00:00Z'",
            [("NSPIN", 1916.0, date(2024, 10, 16), utc(2024, 10, 18, 8, 13, 31))],
        ),
        (
            "cleared",
            "cleared_mw",
            "operator_product = 'RRSPFR' and interval_start = '2024-10-16 05:00:00Z'",
            [(1184.9,)],
        ),
        (
            "self_arranged",
            "self_arranged_mw",
            "operator_product = 'RRSUFR' and interval_start = '2024-10-16 05:00:00Z'",
            [(482.0,)],
        ),
    ],
)
def test_ancillary_disclosure(ask, model, columns, where, expected):
    found = ask(f"select {columns} from staging.stg_ercot__dam_ancillary_{model} where {where}")
    assert found == expected


def test_every_line_of_the_26_members_is_there(ask):
    """Lines of the members, counted with `wc`, less their headers."""
    for model, services, rows in (
        ("offer_steps", 9, 10382),
        ("cleared", 8, 192),
        ("self_arranged", 9, 216),
    ):
        assert ask(
            "select count(distinct operator_product), count(*), count(interval_start) "
            f"from staging.stg_ercot__dam_ancillary_{model}"
        ) == [(services, rows, rows)]
