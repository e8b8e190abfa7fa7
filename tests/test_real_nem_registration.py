"""AEMO's register and its price and demand files, the whole way to staging.

Counts are those of the README beside each file; rows were read by hand from the file.
"""

from pathlib import Path

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = pytest.mark.real

FOLDERS = {"nem_registration_list": "registration", "nem_price_and_demand": "price_and_demand"}


@pytest.fixture(scope="module")
def ask(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("register")
    catalogue = load_catalogue()
    with Run(folder, catalogue) as run:
        run.prepare()
        for feed, name in FOLDERS.items():
            run.from_folder(Path(real_data, "nem", name), catalogue.select([feed]))
    assert run.report.problems == [] and run.report.warnings == []
    built = dbt.build(Settings(data=folder), select=[f"source:{f}+1" for f in FOLDERS])
    assert built.failures == []
    with duckdb.connect(str(folder / "gridhouse.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{folder / 'raw.duckdb'}' as raw (read_only)")
        yield lambda sql: connection.execute(sql).fetchall()


def test_units_of_the_register(ask):
    """The README counts 564 different DUIDs: one of them is the dash of units that have none."""
    assert ask(
        "select dispatch_type, count(*), count(distinct resource) "
        "from staging.stg_nem__registered_units group by 1 order by 1"
    ) == [("BIDIRECTIONAL UNIT", 61, 60), ("GENERATING UNIT", 507, 498), ("LOAD", 5, 5)]
    assert ask(
        "select count(distinct duid), count(*) filter (duid = '-') from raw.nem.registered_units"
    ) == [(564, 9)]
    assert ask(
        "select count(distinct resource), count(*) filter (resource is null) "
        "from staging.stg_nem__registered_units"
    ) == [(563, 9)]


def test_words_of_the_register_are_trimmed(ask):
    assert ask(
        "select distinct classification, category from staging.stg_nem__registered_units "
        "order by all"
    ) == [
        ("NON-SCHEDULED", "MARKET"),
        ("NON-SCHEDULED", "NON-MARKET"),
        ("SCHEDULED", "MARKET"),
        ("SEMI-SCHEDULED", "MARKET"),
    ]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        # the same unit twice, with and without its consumption
        (
            "ADPBA1",
            [("1,2-3", 7.76, 6.15, 4, 7, 6, 4, 6), ("1-3", 7.76, 6.15, 2, None, None, None, None)],
        ),
        # published as `ERB01 `, with a blank
        ("ERB01", [("140", 614.6, 460, 184, 614.6, 460, 184, 1997)]),
        ("YENDWF1", [("1-38", 144.4, 142, 28, None, None, None, None)]),
    ],
)
def test_capacities_of_a_unit(ask, resource, expected):
    found = ask(
        "select unit_count, registered_capacity_mw, max_capacity_mw, max_ramp_rate_mw_per_minute, "
        "registered_consumption_mw, max_consumption_mw, max_consumption_ramp_rate_mw_per_minute, "
        "storage_mwh from staging.stg_nem__registered_units "
        f"where resource = '{resource}' order by 1"
    )
    assert found == expected


def test_other_sheets_of_the_register(ask):
    assert ask(
        "select count(*), count(distinct resource), sum(max_response_mw) filter "
        "(resource = 'DRXVQX02') from staging.stg_nem__registered_demand_response_units"
    ) == [(29, 27, 5)]
    assert ask(
        "select count(*), count(distinct operator_product), count(max_enablement_mw) "
        "from staging.stg_nem__registered_ancillary_services"
    ) == [(1535, 10, 1535)]
    assert ask(
        "select max_enablement_mw, min_output_mw, max_output_mw, lower_angle, upper_angle "
        "from staging.stg_nem__registered_ancillary_services "
        "where resource = 'YWPS4' and operator_product = 'RAISEREG'"
    ) == [(20, 250, 385, 90, 45)]


def test_price_and_demand(ask):
    """As downloaded on 6 March 2025: five days of 288 intervals, the first and last by hand."""
    assert ask(
        "select count(*), min(interval_start)::text, max(interval_end)::text, "
        "min(interval_minutes), max(interval_minutes), count(distinct market_date) "
        "from staging.stg_nem__price_and_demands"
    ) == [(1440, "2025-02-28 14:00:00+00", "2025-03-05 14:00:00+00", 5, 5, 5)]
    assert ask(
        "select price, total_demand_mw, market_date::text, trading_date::text, period_type "
        "from staging.stg_nem__price_and_demands where interval_end = "
        "timestamptz '2025-03-01 00:05:00+10:00'"
    ) == [(144.97, 4558.66, "2025-03-01", "2025-02-28", "TRADE")]
