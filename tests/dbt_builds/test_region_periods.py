"""Means and stored energy of `rpt_region_periods` and its days, of rows written by hand."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.ci]

# On the first day five regions, of which TAS1 has no batteries; on the second SA1 alone with its
# last interval; on the third and fourth all, of which SA1 does not say what it stores on the
# fourth; in 2000 the four of that time, and in 2005 without the one that joined in May. The day
# ends at 14:00 UTC.
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
        ('SA1', '2025-01-02 14:00:00+00', '2025-01-02', 10.0, 61, 71, null),
        ('NSW1', '2025-01-03 14:00:00+00', '2025-01-03', 30.0, 30, 40, 1200),
        ('QLD1', '2025-01-03 14:00:00+00', '2025-01-03', 60.0, 50, 60, 500),
        ('SA1', '2025-01-03 14:00:00+00', '2025-01-03', 10.0, 90, 90, 100),
        ('TAS1', '2025-01-03 14:00:00+00', '2025-01-03', 10.0, 5, 10, null),
        ('VIC1', '2025-01-03 14:00:00+00', '2025-01-03', 50.0, null, 70, 300),
        ('NSW1', '2025-01-04 14:00:00+00', '2025-01-04', 30.0, 30, 40, 1200),
        ('QLD1', '2025-01-04 14:00:00+00', '2025-01-04', 60.0, 50, 60, 500),
        ('SA1', '2025-01-04 14:00:00+00', '2025-01-04', 10.0, 90, 90, null),
        ('TAS1', '2025-01-04 14:00:00+00', '2025-01-04', 10.0, 5, 10, null),
        ('VIC1', '2025-01-04 14:00:00+00', '2025-01-04', 50.0, null, 70, 300),
        ('NSW1', '2000-01-01 14:00:00+00', '2000-01-01', 30.0, null, 40, null),
        ('QLD1', '2000-01-01 14:00:00+00', '2000-01-01', 60.0, null, 60, null),
        ('SA1', '2000-01-01 14:00:00+00', '2000-01-01', 10.0, null, 90, null),
        ('VIC1', '2000-01-01 14:00:00+00', '2000-01-01', 50.0, null, 70, null),
        ('NSW1', '2005-01-01 14:00:00+00', '2005-01-01', 30.0, null, 40, null),
        ('QLD1', '2005-01-01 14:00:00+00', '2005-01-01', 60.0, null, 60, null),
        ('SA1', '2005-01-01 14:00:00+00', '2005-01-01', 10.0, null, 90, null),
        ('VIC1', '2005-01-01 14:00:00+00', '2005-01-01', 50.0, null, 70, null),
        ('NSW1', '2005-06-01 14:00:00+00', '2005-06-01', 30.0, null, 40, null),
        ('QLD1', '2005-06-01 14:00:00+00', '2005-06-01', 60.0, null, 60, null),
        ('SA1', '2005-06-01 14:00:00+00', '2005-06-01', 10.0, null, 90, null),
        ('VIC1', '2005-06-01 14:00:00+00', '2005-06-01', 50.0, null, 70, null)
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
    # five intervals, not four days
    first = "location = 'SA1' and first_date = '2025-01-01' and period = '1M'"
    month = "location = 'SA1' and month = '2025-01-01'"
    assert periods(asked, first) == [(78.2, 82.2, pytest.approx(280 / 3), None)]
    assert asked(f"select {MEANS} from marts.rpt_region_monthly where {month}") == [
        (78.2, 82.2, pytest.approx(280 / 3), None)
    ]

    # a network has means where its regions have as much; at the end SA1 had storage as others had
    network = "location_type = 'SYSTEM' and period = '1d'"
    assert periods(asked, f"{network} and first_date = '2025-01-01'") == [(None, None, None, 2100)]
    # four of five regions are missing
    assert periods(asked, f"{network} and first_date = '2025-01-02'") == [(None,) * 4]
    # Tasmania was not in the market yet
    assert asked(
        "select demand_mwh, average_settlement_price, region_count, expected_interval_count "
        f"from marts.rpt_region_periods where {network} and first_date = '2000-01-01'"
    ) == [(150, 65, 4, 4 * 288)]
    joined = (
        "select period, demand_mwh from marts.rpt_region_periods "
        "where location_type = 'SYSTEM' and year(first_date) = 2005 order by period, first_date"
    )
    assert [r for r in asked(joined) if r[0] in ("1d", "1M", "1y")] == [
        ("1M", 150), ("1M", None), ("1d", 150), ("1d", None), ("1y", None),
    ]  # fmt: skip
    # TAS1 stores nothing; what SA1 stores is missing on the fourth day, and no sum goes without it
    for period in ("5m", "1d"):
        stored = (
            "select average_storage_mwh, end_storage_mwh from marts.rpt_region_periods where "
            f"location_type = 'SYSTEM' and period = '{period}' and first_date = "
        )
        assert asked(stored + "'2025-01-03'") == [(2100, 2100)]
        assert asked(stored + "'2025-01-04'") == [(None, None)]


# Five regions on five days; on the second SA1 lacks two intervals of rooftop and of prices, on the
# third it lacks everything, on the fourth all have the first 100 intervals, on the fifth SA1 lacks
# one of 288.
DAYS = """
    insert into marts.rpt_region_daily by name
    select
        'NEM' as iso, location, date '2025-01-01' + cast(day as integer) as market_date,
        288 as expected_interval_count, now() as newest_published_at, 24.0 * n as demand_mwh,
        had as interval_count, had as flow_interval_count, 24.0 as exports_mwh,
        23.9 as emissions_exports_mwh, 7.0 as exports_emissions_t,
        10.0 as imports_mwh, 9.9 as emissions_imports_mwh, 5.0 as imports_emissions_t,
        100.0 as generation_mwh, 98.0 as emissions_generation_mwh, 80.0 as generation_emissions_t,
        had as generation_interval_count, had as emission_interval_count,
        had - gap as rooftop_interval_count, 5.0 - gap as rooftop_mwh,
        had - gap as renewable_interval_count, 40.0 * n as compared_demand_mwh,
        10.0 * n as compared_renewable_mwh, 20.0 * n as compared_renewable_with_storage_mwh,
        had as dispatch_price_interval_count, 10.0 * n as average_dispatch_price,
        had - gap as price_interval_count, 20.0 * n as average_settlement_price,
        had - gap as priced_demand_interval_count, 24.0 * n as priced_demand_mwh,
        480.0 * n * n as demand_value
    from (
        select
            *, case when location = 'SA1' then [0, 2, 0, 0, 1][day + 1] else 0 end as gap,
            case when day = 3 then 100 else 288 end as had
        from (values ('NSW1', 1), ('QLD1', 2), ('SA1', 3), ('TAS1', 4), ('VIC1', 5)) t (location, n)
        cross join range(5) d (day)
    )
    where not (location = 'SA1' and day = 2)
"""


def test_a_network_is_known_where_its_regions_have_about_as_much(warehouse):
    warehouse.build("+rpt_region_periods", "rpt_region_monthly")
    warehouse.sql(DAYS)
    asked = (
        "select demand_mwh, rooftop_mwh, renewable_proportion, renewable_with_storage_proportion, "
        "volume_weighted_price, average_dispatch_price, average_settlement_price, exports_mwh, "
        "completeness from marts.rpt_region_periods "
        "where location_type = 'SYSTEM' and period = '{}' order by first_date"
    )
    price = pytest.approx(20 * 55 / 15)  # of 20 AUD/MWh times n, by demand of n
    assert warehouse.sql(asked.format("1d")) == [
        (360, 25, 0.25, 0.5, price, 30, 60, None, 1),
        (360, None, None, None, None, 30, None, None, 1),
        (None,) * 8 + (0.8,),
        (360, 25, 0.25, 0.5, price, 30, 60, None, pytest.approx(100 / 288)),
        (360, 24, 0.25, 0.5, price, 30, 60, None, 1),
    ]
    assert warehouse.sql(asked.format("7d"))[0][:8] == (None,) * 8
    # what flows carry is known of 99 % of the imports: too little; generation has what is known
    carried = "imports_emissions_t, exports_emissions_t, generation_emissions_t"
    assert warehouse.sql(
        f"select {carried} from marts.rpt_region_periods "
        "where location = 'NSW1' and period = '1d' and first_date = '2025-01-01' union all "
        f"select {carried} from marts.rpt_region_monthly where location = 'NSW1'"
    ) == [(None, 7, 80), (None, 35, 400)]
