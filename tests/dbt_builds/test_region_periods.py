"""Means and stored energy of `rpt_region_periods` and its days, of rows written by hand."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.ci]

# On the first day five regions, of which TAS1 has no batteries; on the second SA1 alone with its
# last interval. The day ends at 14:00 UTC.
INTERVALS = """
    insert into marts.fct_region_intervals by name
    select
        'NEM' as iso, location, 'REGION' as location_type, 5 as interval_minutes,
        cast(interval_end as timestamptz) - interval 5 minutes as interval_start,
        cast(interval_end as timestamptz) as interval_end,
        cast(day as date) as market_date, mwh as demand_mwh, mwh * 12 as demand_mw,
        price as dispatch_price, settled as settlement_price, stored as storage_mwh,
        timestamptz '2025-01-03 00:00:00+00' as published_at, now() as _built_at
    from (values
        ('NSW1', '2025-01-01 13:55:00+00', '2025-01-01', 90.0, 10, 20, 1000),
        ('NSW1', '2025-01-01 14:00:00+00', '2025-01-01', 30.0, 30, 40, 1200),
        ('QLD1', '2025-01-01 14:00:00+00', '2025-01-01', 60.0, 50, 60, 500),
        ('SA1', '2025-01-01 14:00:00+00', '2025-01-01', 10.0, 90, 90, 100),
        ('TAS1', '2025-01-01 14:00:00+00', '2025-01-01', 10.0, 5, 10, null),
        ('VIC1', '2025-01-01 14:00:00+00', '2025-01-01', 50.0, null, 70, 300),
        ('SA1', '2025-01-02 13:55:00+00', '2025-01-02', 10.0, 60, 70, 80),
        ('SA1', '2025-01-02 14:00:00+00', '2025-01-02', 10.0, 61, 71, null)
    ) as t (location, interval_end, day, mwh, price, settled, stored)
"""
MEANS = "average_dispatch_price, average_settlement_price, average_storage_mwh, end_storage_mwh"


@pytest.fixture
def asked(warehouse):
    warehouse.build("+rpt_region_monthly", "+rpt_region_periods")
    warehouse.sql(INTERVALS)
    warehouse.build("rpt_region_daily", whole=True)
    return warehouse.sql


def periods(asked, where: str) -> list[tuple]:
    return asked(
        f"select {MEANS} from marts.rpt_region_periods where {where} "
        "order by location, period_start"
    )


def test_means_over_time_and_regions_and_what_is_stored_at_the_end(asked):
    day = "first_date = '2025-01-01' and location_type = 'REGION'"
    expected = [
        (20, 30, 1100, 1200),
        (50, 60, 500, 500),
        (90, 90, 100, 100),
        (5, 10, None, None),
        (None, 70, 300, 300),
    ]
    for period in ("1h", "1d"):
        assert periods(asked, f"{day} and period = '{period}'") == expected
    second = "location = 'SA1' and first_date = '2025-01-02'"
    # what was stored at 13:55 is not what was stored when the day ended
    assert periods(asked, f"{second} and period = '1d'") == [(60.5, 70.5, 80, None)]
    assert periods(asked, f"{second} and period = '5m'") == [(60, 70, 80, 80), (61, 71, None, None)]
    # three intervals, not two days
    month = "location = 'SA1' and first_date = '2025-01-01' and period = '1M'"
    assert periods(asked, month) == [(pytest.approx(211 / 3), 77, 90, None)]
    assert asked(f"select {MEANS} from marts.rpt_region_monthly where location = 'SA1'") == [
        (pytest.approx(211 / 3), 77, 90, None)
    ]

    # a network has plain means of all its regions or none
    network = "location_type = 'SYSTEM' and period = '1d'"
    first = f"{network} and first_date = '2025-01-01'"
    # no dispatch price of VIC1, so no mean; storage is the sum of those that have any
    assert periods(asked, first) == [(None, (30 + 60 + 90 + 10 + 70) / 5, 2000, 2100)]
    value = 90 * 20 + 30 * 40 + 60 * 60 + 10 * 90 + 10 * 10 + 50 * 70
    weighted = asked(f"select volume_weighted_price from marts.rpt_region_periods where {first}")
    assert weighted == [(pytest.approx(value / 250),)]
    # four of five regions are missing
    assert periods(asked, f"{network} and first_date = '2025-01-02'") == [(None,) * 4]
