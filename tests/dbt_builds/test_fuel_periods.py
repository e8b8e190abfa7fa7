"""Periods and groups of `rpt_fuel_periods`, of days written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

pytestmark = pytest.mark.slow

DAYS = """
    insert into marts.rpt_fuel_daily by name
    select
        'NEM' as iso, location, 'REGION' as location_type, fuel_tech,
        cast(day as date) as market_date, n as interval_count, 288 as expected_interval_count,
        n * 5 as known_minutes,
        mwh as energy_mwh, mwh as energy_openelectricity_mwh, mwh as priced_energy_mwh,
        mwh * price as market_value, mwh as emissions_energy_mwh, 0.0 as emissions_t,
        timestamptz '2025-01-03 00:00:00+00' as newest_published_at
    from (values
        ('SA1', 'WIND', '2024-12-31', 288, 240.0, 50),
        ('SA1', 'WIND', '2025-01-01', 144, 120.0, 20),
        ('SA1', 'COAL_BLACK', '2025-01-01', 288, 480.0, 40),
        ('SA1', 'BATTERY_CHARGING', '2025-01-01', 288, -24.0, -10),
        ('SA1', 'AGGREGATOR_DR', '2025-01-01', 288, 7.0, 100),
        ('NSW1', 'WIND', '2025-01-01', 288, 24.0, 5),
        ('VIC1', 'SOLAR_ROOFTOP', '2025-01-02', 288, 48.0, 30),
        (null, null, '2025-01-01', 288, 12.0, null)
    ) as t (location, fuel_tech, day, n, mwh, price)
"""

UNITS = """
    insert into marts.rpt_resource_daily by name
    select
        'NEM' as iso, 'W' as resource, 'WIND' as fuel_tech, 'SA1' as location,
        cast(day as date) as market_date, n as interval_count, 288 as expected_interval_count,
        n * 5 as known_minutes,
        mwh as energy_mwh, mwh as priced_energy_mwh, mwh * price as market_value,
        timestamptz '2025-01-03 00:00:00+00' as newest_published_at
    from (values
        ('2024-12-31', 288, 240.0, 50),
        ('2025-01-01', 144, 120.0, 20)
    ) as t (day, n, mwh, price);
    insert into marts.fct_resource_intervals by name
    select
        'NEM' as iso, 'W' as resource, 'WIND' as fuel_tech, 'SA1' as location,
        timestamptz '2024-12-30 14:00:00+00' + to_minutes(minute) as interval_start,
        5 as interval_minutes, date '2024-12-31' as market_date, mwh as energy_mwh,
        price, mwh * price as market_value, now() as published_at
    from (values (0, 2.0, 50.0), (25, 4.0, null), (30, 1.0, 10.0)) as t (minute, mwh, price)
"""


@pytest.fixture
def periods(warehouse):
    warehouse.build("+rpt_fuel_periods", "rpt_resource_daily", "rpt_resource_periods")
    warehouse.sql(DAYS)
    warehouse.sql(UNITS)
    return lambda what, where: warehouse.sql(
        f"select {what} from marts.rpt_fuel_periods where {where} order by all"
    )


def test_periods_begin_where_they_should(periods):
    found = periods(
        "period, first_date, period_start, period_end, energy_mwh",
        "location = 'SA1' and grouping_kind = 'TOTAL'",
    )
    market = [(p, first, energy) for p, first, *_, energy in found]
    assert market == [
        ("1M", date(2024, 12, 1), 240.0),
        ("1M", date(2025, 1, 1), 576.0),
        ("1d", date(2024, 12, 31), 240.0),
        ("1d", date(2025, 1, 1), 576.0),
        ("1y", date(2024, 1, 1), 240.0),
        ("1y", date(2025, 1, 1), 576.0),
        ("3M", date(2024, 10, 1), 240.0),
        ("3M", date(2025, 1, 1), 576.0),
        ("7d", date(2024, 12, 30), 816.0),  # a Monday
        ("fy", date(2024, 7, 1), 816.0),
        ("season", date(2024, 12, 1), 816.0),  # January belongs to the December before
    ]
    spans = {p: (start, end) for p, first, start, end, _ in found if p in ("season", "fy")}
    assert spans == {  # midnight in Brisbane is 14:00 UTC of the day before
        "season": (
            datetime(2024, 11, 30, 14, tzinfo=UTC),
            datetime(2025, 2, 28, 14, tzinfo=UTC),
        ),
        "fy": (datetime(2024, 6, 30, 14, tzinfo=UTC), datetime(2025, 6, 30, 14, tzinfo=UTC)),
    }


def test_groups_count_each_technology_once(periods):
    found = periods(
        "grouping_kind, fuel_code, energy_mwh",
        "location = 'NEM' and location_type = 'SYSTEM' and period = '1d' "
        "and first_date = date '2025-01-01' and grouping_kind in ('RENEWABLE', 'TOTAL')",
    )
    assert found == [
        ("RENEWABLE", "NON_RENEWABLE", 480.0),
        ("RENEWABLE", "RENEWABLE", 144.0),
        ("RENEWABLE", "STORAGE", -24.0),
        ("RENEWABLE", None, 12.0),  # of unknown technology
        ("TOTAL", "TOTAL", 612.0),  # net of storage, without demand response
    ]


def test_a_period_says_how_full_it_is_and_what_the_energy_earned(periods, warehouse):
    ((count, expected, completeness, power, price),) = periods(
        "interval_count, expected_interval_count, completeness, power_mw, volume_weighted_price",
        "location = 'SA1' and period = '7d' and grouping_kind = 'FUEL_TECH' and fuel_code = 'WIND'",
    )
    assert (count, expected) == (288 + 144, 7 * 288)
    assert completeness == pytest.approx(432 / 2016)
    assert power == pytest.approx(360 / 36)  # 360 MWh in the 36 hours on file
    assert price == pytest.approx((240 * 50 + 120 * 20) / 360)

    # two of five regions are on file: the network lacks the others in what each region has
    found = periods(
        "fuel_code, region_count, interval_count, expected_interval_count, completeness, power_mw",
        "location = 'NEM' and period = '1d' and first_date = date '2025-01-01' "
        "and fuel_code in ('TOTAL', 'RENEWABLE', 'NON_RENEWABLE', 'STORAGE', 'WIND') "
        "and grouping_kind in ('TOTAL', 'RENEWABLE', 'FUEL_TECH')",
    )
    on_file = 144 + 4 * 288  # with the unit of unknown region
    assert found == [
        ("NON_RENEWABLE", 1, 288, 5 * 288, 0.2, None),
        ("RENEWABLE", 2, 432, 5 * 288, 0.3, None),
        ("STORAGE", 1, 288, 288, 1.0, -1.0),
        ("TOTAL", 2, on_file, 5 * 288 / 2 * 5, pytest.approx(on_file / 3600), None),
        ("WIND", 2, 432, 576, 0.75, 11.0),
    ]

    # a unit by the same periods, of days and of intervals
    ours = (
        "select interval_count, expected_interval_count, energy_mwh, output_mw, "
        "volume_weighted_price, location from marts.rpt_resource_periods "
        "where resource = 'W' and period = "
    )
    assert warehouse.sql(f"{ours} 'season'") == [
        (432, 90 * 288, 360, 10, pytest.approx((240 * 50 + 120 * 20) / 360), "SA1")
    ]
    # of two intervals, one without a price; then of one
    assert warehouse.sql(f"{ours} '30m' order by period_start") == [
        (2, 6, 6, 36, 50, "SA1"),
        (1, 6, 1, 12, 10, "SA1"),
    ]


def test_units_of_unknown_region_have_a_total_of_their_own(periods):
    found = periods("grouping_kind, completeness, energy_mwh", "location is null and period = '1d'")
    assert found == [(kind, 1, 12) for kind in ("FUEL_GROUP", "FUEL_TECH", "RENEWABLE", "TOTAL")]


def test_rooftop_alone_is_no_total(periods):
    found = periods(
        "location, grouping_kind, fuel_code, completeness, energy_mwh, power_mw, "
        "volume_weighted_price, market_value",
        "period = '1d' and first_date = date '2025-01-02' and grouping_kind <> 'FUEL_GROUP'",
    )
    assert found == [
        ("NEM", "FUEL_TECH", "SOLAR_ROOFTOP", 1, 48, 2, 30, 1440),
        ("NEM", "RENEWABLE", "RENEWABLE", 0, None, None, None, None),
        ("NEM", "TOTAL", "TOTAL", 0, None, None, None, None),
        ("VIC1", "FUEL_TECH", "SOLAR_ROOFTOP", 1, 48, 2, 30, 1440),
        ("VIC1", "RENEWABLE", "RENEWABLE", 0, None, None, None, None),
        ("VIC1", "TOTAL", "TOTAL", 0, None, None, None, None),
    ]
