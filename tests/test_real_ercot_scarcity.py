"""Real published files of ERCOT's scarcity products and look-ahead prices, against values read by
hand from the files. Instants were worked out with pencil: Central time is UTC-5 in summer.
"""

from datetime import UTC, datetime

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = pytest.mark.real

PRODUCTS = [
    "NP4-19-CD", "NP4-212-CD", "NP6-323-CD", "NP6-324-CD", "NP6-327-CD", "NP6-328-CD",
    "NP6-329-CD", "NP6-331-CD", "NP6-332-CD", "NP6-970-CD",
]  # fmt: skip


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant of September 2026 in UTC."""
    return datetime(2026, 9, day, hour, minute, second, tzinfo=UTC)


@pytest.fixture(scope="module")
def ask(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    catalogue = load_catalogue()
    with Run(folder, catalogue) as run:
        run.prepare()
        for feed in catalogue.select(PRODUCTS):
            run.from_folder(real_data / "ercot" / feed.product_id, [feed])
    assert run.report.problems == []
    built = dbt.build(Settings(data=folder))
    assert built.failures == []
    with duckdb.connect(str(folder / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{folder / 'raw.duckdb'}' as raw (read_only)")
        yield lambda sql: connection.execute(sql).fetchall()


def test_every_file_landed_whole(ask):
    """Rows counted in the excerpts by eye."""
    assert ask(
        "select feed, sum(rows_landed), sum(rows_rejected) from ops.files group by 1 order by 1"
    ) == [
        ("ercot_np4_19_cd", 3, 0),
        ("ercot_np4_212_cd", 3, 0),
        ("ercot_np6_323_cd", 2, 0),
        ("ercot_np6_324_cd", 1, 0),
        ("ercot_np6_327_cd", 3, 0),
        ("ercot_np6_328_cd", 1, 0),
        ("ercot_np6_329_cd", 3, 0),
        ("ercot_np6_331_cd", 3, 0),
        ("ercot_np6_332_cd", 3, 0),
        ("ercot_np6_970_cd", 3, 0),
    ]


@pytest.mark.parametrize(
    ("market", "expected"),
    [
        (  # hour 13, interval 3: from 12:30 local time
            "RT15M",
            [
                ("ECRS", at(7, 17, 30), at(7, 17, 45), 0.01, None, None),
                ("NSPIN", at(7, 17, 30), at(7, 17, 45), 0.02, None, None),
                ("REGDN", at(7, 17, 30), at(7, 17, 45), 2.13, None, None),
            ],
        ),
        (  # no later run on file: five minutes are taken
            "RT5M",
            [
                ("ECRS", at(7, 17, 50, 20), at(7, 17, 55, 20), 0.01, 0.01, None),
                ("NSPIN", at(7, 17, 50, 20), at(7, 17, 55, 20), 0.02, 0.02, None),
                ("REGDN", at(7, 17, 50, 20), at(7, 17, 55, 20), 2.3, 2.3, None),
            ],
        ),
        (  # the run of 12:50:04, seen as the publication
            "RTD",
            [
                ("REGUP", at(7, 17, 50), at(7, 17, 55), 2.96, None, at(7, 17, 50, 4)),
                ("NSPIN", at(7, 17, 50), at(7, 17, 55), 0.04, None, at(7, 17, 50, 4)),
                ("REGUP", at(7, 17, 55), at(7, 18), 3, None, at(7, 17, 50, 4)),
                ("REGDN", at(7, 18), at(7, 18, 5), 5, None, at(7, 17, 50, 4)),
            ],
        ),
    ],
)
def test_capacity_prices(ask, market, expected):
    found = ask(
        "select product, interval_start, interval_end, price, price_uncapped, published_at "
        f"from marts.fct_ancillary_price_intervals where market = '{market}'"
    )
    assert set(expected) <= set(found)
    assert len(found) == {"RT15M": 3, "RT5M": 3, "RTD": 15}[market]


def test_look_ahead_prices(ask):
    assert ask(
        "select market, location, location_type, interval_start, interval_end, price, published_at "
        "from marts.fct_price_intervals order by location"
    ) == [
        ("RTD", name, "NODE", at(7, 17, 55), at(7, 18), price, at(7, 17, 55, 3))
        for name, price in [("7RNCHSLR_ALL", 33.86), ("A4_DGR1_RN", 33.89), ("A4_DGR2_RN", 33.89)]
    ]


@pytest.mark.parametrize(
    ("model", "columns", "expected"),
    [
        (
            "sced_price_adders",
            "run_at, system_lambda, prc, rtorpa, rtrdpa, rtolhsl, rtollsl",
            [
                (
                    datetime(2014, 6, 1, 5, 1, 6, tzinfo=UTC),
                    31.3914, 4244.76, 0.0033, None, 37075.46, None,
                ),
                (at(7, 17, 20, 19), 34.8972, None, None, 0, 106661.27, 11900.76),
            ],
        ),
        (
            "rt_price_adders",
            "interval_start, interval_end, rtrdpa, rtrdpns, rtrsvpor",
            [(at(7, 17), at(7, 17, 15), 0, 0, None)],
        ),
        (
            "settlement_only_lmps",
            "resource, meter, station, voltage_kv, price, meter_price, rtrdpa, run_at",
            [
                (name, meter, "BLMND", 138, 27.52, 27.52, 0, at(7, 18, 15, 20))
                for name, meter in [
                    ("19599_1_PV_A1", "10443720004133031"),
                    ("19599_2_PV_2", "10443720006303128"),
                    ("19599_PV_A", "10443720007007287"),
                ]
            ],
        ),
        (
            "ancillary_capabilities",
            "run_at, regup_mw, regdn_mw, nspin_mw, regup_rrs_ecrs_nspin_mw",
            [(at(7, 17, 50, 20), 28179, 7660.3, 22752.9, 50797.4)],
        ),
        (
            "ancillary_demand_curves",
            "interval_start, operator_product, curve_point, quantity_mw, price",
            [
                (at(6, 5), "ECRS", 1, 0, 5050),
                (at(6, 5), "ECRS", 2, 345, 5050),
                (at(6, 5), "ECRS", 3, 346, 3353.06),
            ],
        ),
        (
            "dam_ancillary_offer_curves",
            "interval_start, operator_product, price, quantity_mw",
            [
                (at(8, 5), "ECRSM", 0, 124),
                (at(8, 5), "ECRSM", 0.01, 247.8),
                (at(8, 6), "ECRSM", 0, 127.8),
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "," not in value else "",
)  # fmt: skip
def test_values_of_staging(ask, model, columns, expected):
    assert ask(f"select {columns} from staging.stg_ercot__{model} order by all") == expected
