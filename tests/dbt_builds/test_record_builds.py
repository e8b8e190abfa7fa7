"""Records of a market written by hand: a build of changed days lists what one of all days does."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from tests.dbt_builds.conftest import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

MODELS = ["int_records__members", "path:models/marts/records"]
FIRST = datetime(2024, 9, 28, 14, tzinfo=UTC)  # midnight in the NEM; the month ends in two days
STEP, SLOTS, DAYS = timedelta(minutes=30), 48, 6
UNITS = {  # region, fuel technology -> units and size
    ("NSW1", "COAL_BLACK"): (4, 5000),
    ("NSW1", "SOLAR_ROOFTOP"): (None, 3000),
    ("SA1", "WIND"): (3, 2000),
    ("SA1", "SOLAR_ROOFTOP"): (None, 1000),
    ("SA1", "BATTERY_CHARGING"): (1, -300),
}
TABLES = """
    create schema if not exists marts;
    create or replace table marts.fct_fuel_intervals (
        iso text, location text, fuel_tech text, interval_start timestamptz,
        interval_end timestamptz, interval_minutes integer, market_date date, power_mw double,
        energy_mwh double, emissions_energy_mwh double, emissions_t double, resource_count integer,
        _built_at timestamptz);
    create or replace table marts.fct_region_intervals (
        iso text, location text, interval_start timestamptz, interval_end timestamptz,
        interval_minutes integer, market_date date, demand_mw double,
        demand_source text generated always as ('DISPATCH'), demand_gross_mw double,
        generation_renewable_mw double, settlement_price double, _built_at timestamptz);
    create or replace table marts.dim_resource (
        iso text, region text, fuel_tech text, valid_from date, valid_to date);
"""
ROLLUPS = """
    create or replace table marts.rpt_fuel_daily as
    select iso, location, fuel_tech, market_date, cast(count(energy_mwh) as integer)
            as interval_count, 1440 // min(interval_minutes) as expected_interval_count,
        min(resource_count) as min_resource_count, max(resource_count) as max_resource_count,
        sum(energy_mwh) as energy_mwh, sum(emissions_energy_mwh) as emissions_energy_mwh,
        sum(emissions_t) as emissions_t, max(_built_at) as _built_at
    from marts.fct_fuel_intervals group by all;
    create or replace table marts.rpt_region_daily as
    select iso, location, market_date, cast(count(demand_mw) as integer) as interval_count,
        48 as expected_interval_count, sum(demand_mw) / 2 as demand_mwh,
        sum(demand_gross_mw) / 2 as compared_demand_mwh, cast(count(demand_gross_mw) as integer)
            as renewable_interval_count,
        sum(generation_renewable_mw) / 2 as compared_renewable_mwh, max(_built_at) as _built_at
    from marts.fct_region_intervals group by all;
"""


class Market:
    """Values of the hand-made tables by day, and the records that a loop over them finds."""

    def __init__(self, warehouse: Warehouse, seed: int):
        self.warehouse, self.random = warehouse, random.Random(seed)
        self.fuels: dict[int, list[tuple]] = {}  # day -> (slot, region, fuel, MW, units)
        warehouse.sql(TABLES)
        # of the network of these tests, of which one region has units on every day
        warehouse.sql("update ref.record_networks set least_regions = 1")

    def draw(self, day: int) -> None:
        """New values of a day; now and then a fuel, some intervals or a unit are missing."""
        rows = []
        lost = self.random.choice([None, None, None, *UNITS])
        gap = self.random.choice([None, None, None, range(10, 14)])
        for slot in range(SLOTS):
            for (region, fuel), (units, size) in UNITS.items():
                if (region, fuel) == lost or (gap and slot in gap and region == "SA1"):
                    continue
                power = float(round(size * self.random.uniform(0.2, 1)))
                silent = units and self.random.random() < 0.02
                rows.append((slot, region, fuel, power, units - 1 if silent else units))
        self.fuels[day] = rows

    def land(self, days: list[int]) -> None:
        """Write these days, stamped later than whatever was built."""
        now = datetime.now(UTC)
        fuels, regions = [], []
        for day in days:
            demand: dict[tuple[int, str], float] = defaultdict(float)
            for slot, region, fuel, power, units in self.fuels[day]:
                start = FIRST + day * timedelta(1) + slot * STEP
                at = [start, start + STEP, 30, (start + timedelta(hours=10)).date()]
                fuels.append(
                    ("NEM", region, fuel, *at, power, power / 2, power / 2, max(power, 0) / 2,
                     units, now)
                )  # fmt: skip
                demand[slot, region] += max(power, 0)
            for (slot, region), power in demand.items():
                start = FIRST + day * timedelta(1) + slot * STEP
                at = [start, start + STEP, 30, (start + timedelta(hours=10)).date()]
                regions.append(("NEM", region, *at, power, power, power / 4, power - 2000, now))
        import duckdb

        from gridhouse import dbt

        with duckdb.connect(str(dbt.warehouse_path(self.warehouse.settings))) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for table, rows in (("fuel", fuels), ("region", regions)):
                name = f"marts.fct_{table}_intervals"
                for day in days:
                    date_ = (FIRST + day * timedelta(1) + timedelta(hours=10)).date()
                    connection.execute(f"delete from {name} where market_date = ?", [date_])
                if rows:
                    marks = ", ".join("?" * len(rows[0]))
                    connection.executemany(f"insert into {name} values ({marks})", rows)
            connection.execute(ROLLUPS)

    def build(self, whole: bool = False) -> None:
        self.warehouse.build(*MODELS, whole=whole)

    def listed(self) -> list[tuple]:
        return self.warehouse.sql(
            "select * exclude (_built_at) from marts.records where revoked_at is null order by all"
        )


@pytest.fixture
def market(warehouse: Warehouse) -> Market:
    return Market(warehouse, 11)


def power(market: Market, day: int, slot: int, fuels: set[str], region: str | None) -> float | None:
    """Power of fuels at an interval; None unless all that the series has are there."""
    wanted = {key for key in UNITS if key[1] in fuels and region in (None, key[0])}
    rows = {
        (r, f): p
        for s, r, f, p, _ in market.fuels[day]
        if s == slot and f in fuels and region in (None, r)
    }
    return sum(rows.values()) if rows.keys() == wanted else None


def loop(market: Market, fuels: set[str], region: str | None) -> list[tuple[datetime, float]]:
    """High records of power by a plain reading of docs/methods/records.md."""
    breaks = []
    for day in sorted(market.fuels):
        for slot in range(SLOTS):
            value = power(market, day, slot, fuels, region)
            if value is not None and value >= 100 and (not breaks or value > breaks[-1][1]):
                breaks.append((FIRST + day * timedelta(1) + slot * STEP, value))
    last = max(
        FIRST + day * timedelta(1) + (slot + 1) * STEP
        for day, rows in market.fuels.items()
        for slot, *_ in rows
    )
    return [
        (at, value)
        for n, (at, value) in enumerate(breaks)
        if (n + 1 == len(breaks) or breaks[n + 1][0] - at >= 10 * STEP) and last - at > 10 * STEP
    ]


def test_changed_days_give_the_records_of_all_days(market: Market) -> None:
    for day in range(DAYS):
        market.draw(day)
    # no fuel is missed before it was there once
    whole = [(s, r, f, float(size), u) for s in range(SLOTS) for (r, f), (u, size) in UNITS.items()]
    market.fuels[0] = [(s, r, f, p / 2, u) for s, r, f, p, u in whole]
    market.land(sorted(market.fuels))
    market.build()
    for _ in range(4):
        changed = market.random.sample(range(1, DAYS), 2)
        for day in changed:
            market.draw(day)
        if market.random.random() < 0.5:
            market.fuels[changed[0]] = []  # the day is lost
        market.land(changed)
        market.build()
        for record_id, fuels, region in [
            ("au.nem.coal.power.interval.high", {"COAL_BLACK"}, None),
            ("au.nem.solar.power.interval.high", {"SOLAR_ROOFTOP"}, None),
            ("au.nem.sa1.power.interval.high", {"WIND", "SOLAR_ROOFTOP"}, "SA1"),
            ("au.nem.sa1.renewables.power.interval.high", {"WIND", "SOLAR_ROOFTOP"}, "SA1"),
        ]:
            found = market.warehouse.sql(
                "select interval_start, value from marts.records "
                f"where record_id = '{record_id}' and revoked_at is null order by 1"
            )
            assert found == loop(market, fuels, region), record_id
    incremental = market.listed()
    revoked = market.warehouse.sql(
        "select count(*) from marts.records where revoked_at is not null"
    )
    assert revoked[0][0] > 0 and len(incremental) > 100
    market.build(whole=True)
    assert market.listed() == incremental


def test_a_revoked_record_stays_marked_and_comes_back_with_its_data(market: Market) -> None:
    for day in range(3):
        market.fuels[day] = [(slot, "NSW1", "COAL_BLACK", 1000.0 + day, 4) for slot in range(SLOTS)]
    market.land([0, 1, 2])
    market.build()
    query = (
        "select value, is_current, revoked_at is not null from marts.records "
        "where record_id = 'au.nem.coal.power.interval.high' order by value"
    )
    right = [(1000.0, False, False), (1001.0, False, False), (1002.0, True, False)]
    assert market.warehouse.sql(query) == right
    market.fuels[2], kept = (
        [(s, r, f, 900.0, u) for s, r, f, _, u in market.fuels[2]],
        market.fuels[2],
    )
    market.land([2])
    market.build()
    assert market.warehouse.sql(query) == [
        (1000.0, False, False), (1001.0, True, False), (1002.0, False, True),
    ]  # fmt: skip
    market.fuels[2] = kept
    market.land([2])
    market.build()
    assert market.warehouse.sql(query) == right
    built = market.warehouse.sql("select max(_built_at) from marts.records")
    market.build()  # nothing new: no row is written
    assert market.warehouse.sql("select max(_built_at) from marts.records") == built


def test_lows_need_all_units_and_periods_all_days(market: Market) -> None:
    for day in range(4):  # 29 and 30 September, 1 and 2 October
        market.fuels[day] = [(slot, "NSW1", "COAL_BLACK", 1000.0 - day, 4) for slot in range(SLOTS)]
    # a unit is silent, so the power is low for no reason
    market.fuels[1][20] = (20, "NSW1", "COAL_BLACK", 500.0, 3)
    market.land([0, 1, 2, 3])
    market.build()
    lows = dict(
        market.warehouse.sql(
            "select local_interval_start, value from marts.records "
            "where record_id = 'au.nem.coal.power.interval.low'"
        )
    )
    assert lows == {
        "2024-09-29 00:00": 1000.0, "2024-09-30 00:00": 999.0, "2024-10-01 00:00": 998.0,
        "2024-10-02 00:00": 997.0,
    }  # fmt: skip
    days = market.warehouse.sql(
        "select distinct period, aggregate, local_interval_start, value from marts.records "
        "where fueltech_id = 'coal' and metric = 'energy' and network_region is null "
        "order by all"
    )
    # the last day has no next one, the second one not all units; no month is whole
    assert days == [
        ("day", "high", "2024-09-29 00:00", 24000.0),
        ("day", "low", "2024-09-29 00:00", 24000.0),
        ("day", "low", "2024-10-01 00:00", 998.0 * 24),
    ]


def test_rooftop_alone_and_a_part_of_the_regions_make_no_total(market: Market) -> None:
    for day in range(2):
        market.fuels[day] = [
            (slot, region, fuel, 3000.0 + slot, units)
            for slot in range(SLOTS)
            for region, fuel, units in (("NSW1", "COAL_BLACK", 4), ("NSW1", "SOLAR_ROOFTOP", None))
        ] + [(slot, "SA1", "SOLAR_ROOFTOP", 2000.0 + slot, None) for slot in range(SLOTS)]
    market.land([0, 1])
    market.build()
    query = (
        "select distinct network_region from marts.records where fueltech_id = 'solar' order by 1"
    )
    assert market.warehouse.sql(query) == [("NSW1",), (None,)]  # no unit of SA1 has landed
    market.warehouse.sql("update ref.record_networks set least_regions = 2")
    market.build(whole=True)
    assert market.warehouse.sql(query) == [("NSW1",)]
    demand = query.replace("'solar'", "'demand'")
    assert market.warehouse.sql(demand) == [("NSW1",), ("SA1",), (None,)]
    market.warehouse.sql("update ref.record_networks set least_regions = 5")
    market.build(whole=True)
    assert market.warehouse.sql(demand) == [("NSW1",), ("SA1",)]


def test_a_day_counts_once_any_later_day_is_there_and_goes_with_its_rows(market: Market) -> None:
    kept = [(slot, "NSW1", "COAL_BLACK", 1000.0, 4) for slot in range(SLOTS)]
    days = (
        "select distinct day(market_date) from marts.rpt_record_days where fueltech_id = 'coal' "
        "order by 1"
    )
    market.fuels[0] = market.fuels[1] = kept
    market.land([0, 1])
    market.build()
    assert market.warehouse.sql(days) == [(29,)]
    market.fuels[3] = kept  # the day between is lost
    market.land([3])
    market.build()
    assert market.warehouse.sql(days) == [(29,), (30,)]
    market.fuels[0] = []
    market.fuels[4] = kept
    market.land([0, 4])
    market.build()
    assert market.warehouse.sql(days) == [(2,), (30,)]
    candidates = days.replace("rpt_record_days", "rpt_record_candidates")
    assert market.warehouse.sql(candidates) == [(2,), (3,), (30,)]


def test_what_is_silent_for_long_makes_no_low_of_what_is_left(market: Market) -> None:
    """Rooftop stops on the second day, NSW1's wind too; SA1's wind ends on the register."""
    for day in range(12):
        market.fuels[day] = [
            (slot, region, "COAL_BLACK", 1000.0 - day, 4)
            for slot in range(SLOTS)
            for region in ("NSW1", "SA1", "VIC1")
        ]
    market.fuels[0] += [
        (slot, region, fuel, 500.0, 1)
        for slot in range(SLOTS)
        for region, fuel in (("NSW1", "WIND"), ("SA1", "WIND"), ("VIC1", "SOLAR_ROOFTOP"))
    ]
    market.warehouse.sql(
        "insert into marts.dim_resource values "
        "('NEM', 'SA1', 'WIND', '2020-01-01', '2024-09-30'), "
        "('NEM', 'VIC1', 'COAL_BLACK', '2020-01-01', '2024-09-30'), "
        "('NEM', 'NSW1', 'WIND', '2020-01-01', '2024-09-30'), "
        "('NEM', 'NSW1', 'WIND', '2020-01-01', null)"
    )
    market.land(sorted(market.fuels))
    market.build()
    lows = market.warehouse.sql(
        "select network_region, count(*), min(value) from marts.records "
        "where fueltech_id is null and metric = 'power' and aggregate = 'low' group by 1 order by 1"
    )
    # the twelfth day is over, but what follows it is not known
    assert lows == [("NSW1", 1, 1500.0), ("SA1", 12, 989.0), ("VIC1", 1, 1500.0), (None, 1, 4500.0)]
    coal = "where network_region = 'VIC1' and fueltech_id = 'coal' and period = 'interval'"
    assert market.warehouse.sql(
        f"select min(value) from marts.records {coal} and aggregate = 'low'"
    ) == [(989.0,)]


def test_half_hours_and_five_minutes_make_a_sum_of_half_hours(market: Market) -> None:
    """As in the WEM before 2023-10: units by half hours, rooftop by five minutes."""
    market.warehouse.sql(
        """
        insert into marts.fct_fuel_intervals by name
        select
            'WEM' as iso, 'WEM' as location, fuel_tech, starts_at as interval_start,
            starts_at + to_minutes(minutes) as interval_end, minutes as interval_minutes,
            date '2020-01-02' as market_date, power_mw, power_mw * minutes / 60 as energy_mwh,
            units as resource_count, now() as _built_at
        from (
            select 'WIND' as fuel_tech, 30 as minutes, 2 as units, 100.0 + n as power_mw,
                timestamptz '2020-01-01 16:00:00+00' + to_minutes(30 * n) as starts_at
            from range(48) as r (n)
            union all
            -- from 0 to 50 in each half hour: 25 on average; the last has five of six parts
            select 'SOLAR_ROOFTOP', 5, null, 10.0 * (n % 6),
                timestamptz '2020-01-01 16:00:00+00' + to_minutes(5 * n)
            from range(287) as r (n)
        )
        """
    )
    market.warehouse.sql(ROLLUPS)
    market.build()
    highs = market.warehouse.sql(
        "select coalesce(fueltech_id, ''), interval_minutes, interval_start, value "
        "from marts.rpt_record_candidates where aggregate = 'high' and not is_followed order by 1"
    )
    # of a climb all day long the top is the record: the last half hour that rooftop has whole
    whole, last = datetime(2020, 1, 2, 15, tzinfo=UTC), datetime(2020, 1, 2, 15, 30, tzinfo=UTC)
    assert highs == [
        ("", 30, whole, 171.0), ("renewables", 30, whole, 171.0), ("wind", 30, last, 147.0),
    ]  # fmt: skip


def test_significance_is_that_of_open_electricity(market: Market) -> None:
    for day in range(3):
        market.fuels[day] = [
            (slot, region, fuel, size * (0.5 + day / 10), units)
            for slot in range(SLOTS)
            for (region, fuel), (units, size) in UNITS.items()
        ]
    market.land([0, 1, 2])
    market.build()
    found = dict(market.warehouse.sql("select distinct record_id, significance from marts.records"))
    expected = {
        "au.nem.demand.power.interval.low": 4,  # 0.3 + 0.25 + 1 + 1.5 + 0.5 + 0.5 = 4.05
        "au.nem.sa1.demand.power.interval.low": 3,  # 0.75 for a region: 3.3
        "au.nem.demand.energy.day.low": 8,  # 2.7 + 2.25 + 1 + 1.5 + 0.5 + 0.5 = 8.45
        "au.nem.sa1.demand.energy.day.low": 8,  # 7.7
        "au.nem.sa1.wind.energy.day.low": 8,  # 7.5, a half goes to the even number
        "au.nem.sa1.wind.power.interval.low": 3,  # 0.3 + 0.25 + 1 + 0.75 + 0.3 + 0.5 = 3.1
        "au.nem.nsw1.coal.energy.day.high": 8,  # 2.7 + 2.25 + 1 + 0.75 + 0.5 + 1 = 8.2
        "au.nem.sa1.wind.energy.day.high": 9,  # fixed
        "au.nem.price.interval.high": 1,  # fixed
    }
    assert {record_id: found.get(record_id) for record_id in expected} == expected


def test_a_price_lasts_as_long_as_it_settles(market: Market) -> None:
    """Half hours in the WEM, and in the NEM before October 2021, whatever the intervals are."""
    market.warehouse.sql(
        """
        insert into marts.fct_region_intervals by name
        select
            iso, location, starts_at as interval_start,
            starts_at + interval 5 minutes as interval_end, 5 as interval_minutes,
            cast(starts_at + interval 10 hours as date) as market_date,
            100.0 - n // 6 as settlement_price, now() as _built_at
        from
            (values
                ('WEM', 'WEM', timestamptz '2026-03-30 16:00:00+00'),
                ('NEM', 'SA1', timestamptz '2021-09-29 14:00:00+00'),
                ('NEM', 'VIC1', timestamptz '2021-09-30 14:00:00+00')
            ) as places (iso, location, begins_at),
            lateral (
                select n, begins_at + to_minutes(5 * n) as starts_at from range(288) as r (n)
            ) as steps
        """
    )
    market.warehouse.sql(ROLLUPS)
    market.build()
    highs = market.warehouse.sql(
        "select network_region, description, interval_end - interval_start from marts.records "
        "where metric = 'price' and aggregate = 'high' and network_region is not null "
        "or network_id = 'WEM' and aggregate = 'high' order by 1"
    )
    assert highs == [
        ("SA1", "Highest 30-minute price in SA1", timedelta(minutes=30)),
        ("VIC1", "Highest 5-minute price in VIC1", timedelta(minutes=5)),
        (None, "Highest 30-minute price in the WEM", timedelta(minutes=30)),
    ]
