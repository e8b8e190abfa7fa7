"""Days of the network markets: what they publish follows from what they know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from synthetic.network import ancillary, limits, names, states
from synthetic.network.case import ZONES
from synthetic.network.dispatch import nodal_prices
from synthetic.network.market import NetworkDay
from synthetic.network.settings import MARKETS, network, watched

SEED = 7
SUMMER = date(2026, 6, 15)
ALL = 10_000
# Marks of days of 24, 23 and 25 hours.
HOURS = {SUMMER: 24, date(2026, 3, 8): 23, date(2025, 11, 2): 25}


@cache
def day(on: date = SUMMER, market: str = "small", seed: int = SEED) -> NetworkDay:
    return NetworkDay(seed, on, ALL, market)


@pytest.mark.parametrize("on", HOURS, ids=str)
def test_shapes_of_days(on: date):
    d, hours = day(on), HOURS[on]
    points, runs, binding = len(d.points), 12 * hours, len(d.constraints)
    assert d.sced_lmp.shape == (points, runs)
    assert d.dam_price.shape == (points, hours)
    assert d.rt_price.shape == (points, 4 * hours)
    assert d.factors.shape == (points, binding)
    for value in (d.sced_shadow, d.sced_flow, d.sced_limit):
        assert value.shape == (binding, runs)
    for value in (d.dam_shadow, d.dam_flow, d.dam_limit):
        assert value.shape == (binding, hours)
    assert d.zone_load.shape == d.actual_wind.shape == d.thermal_outage.shape == (8, hours)
    assert d.unit_output.shape == (49, runs)
    assert d.battery_soc.shape == (len(d.batteries.bus), runs + 1)
    assert all(price.shape == (hours,) for price in d.capacity.values())
    assert all(price.shape == (4 * hours,) for price in d.rt_capacity.values())
    instants, of = d.sced_runs()
    assert (d.runs.start[of] <= instants).all() and (instants < d.runs.end[of]).all()


@pytest.mark.slow
@pytest.mark.ci
def test_an_hourly_day():
    d = day(date(2025, 11, 2), "year")
    assert len(d.runs) == len(d.hours) == 25
    assert len(d.points) == 2010
    assert d.sced_lmp.shape == (2010, 25) and d.rt_price.shape == (2010, 100)
    assert d.battery_soc.shape == (40, 26)
    instants, of = d.sced_runs()
    assert of.tolist() == list(range(25))
    assert (d.runs.start <= instants).all() and (instants < d.runs.end).all()


@pytest.mark.parametrize(("market", "on"), [("small", SUMMER), ("ci", date(2026, 7, 20))])
def test_published_prices_follow_from_published_constraints(market: str, on: date):
    d = day(on, market)
    # a cent is rounded off each
    by_constraints = d.system_lambda[0] - d.factors @ d.sced_shadow
    assert np.abs(np.round(d.sced_lmp, 2) - by_constraints).max() <= 0.005 + 1e-9
    assert np.abs(d.dam_price - (d.dam_energy - d.factors @ d.dam_shadow)).max() <= 0.005 + 1e-9
    # and rounding is all that parts them from the prices of the dispatch
    exact = nodal_prices(network(d.settings.network), d.pairs, d.real_time)
    node_of = {names.node(name): bus for bus, name in enumerate(d.case.bus_names)}
    nodes = [(i, node_of[name]) for i, name in enumerate(d.points) if name in node_of]
    at, bus = np.array(nodes).T
    assert len(nodes) == len(d.case.kv)
    bound = 0.005 * np.abs(d.factors[at]).sum(axis=1) + 2e-3
    assert (np.abs(d.sced_lmp[at] - exact[bus]) <= bound[:, None]).all()


@pytest.mark.parametrize(("market", "on"), [("small", SUMMER), ("ci", date(2026, 7, 20))])
def test_a_price_belongs_to_a_flow_at_its_limit(market: str, on: date):
    d = day(on, market)
    for shadow, flow, limit in (
        (d.sced_shadow, d.sced_flow, d.sced_limit),
        (d.dam_shadow, d.dam_flow, d.dam_limit),
    ):
        assert (shadow >= 0).all() and shadow.any()
        assert (np.abs(flow - limit)[shadow > 0] <= 0.1).mean() > 0.98
        assert (flow[shadow > 0] >= limit[shadow > 0]).all()
        assert (flow[shadow == 0] <= limit[shadow == 0]).all()
        top = np.array([c.max_shadow_price for c in d.constraints])
        assert (shadow <= top[:, None]).all()
        # above the limit only at the cap
        assert (shadow == top[:, None])[flow > limit].all()


def test_power_is_balanced_and_within_what_there_is():
    for d in (day(), day(date(2026, 7, 20), "ci")):
        made = d.unit_output.sum(axis=0) + d.battery_output.sum(axis=0)
        used = d.state.demand_mw.sum(axis=0)
        assert made + d.real_time.shed_mw == pytest.approx(used, abs=1e-4)
        assert (d.unit_output >= -1e-6).all()
        assert (d.unit_output <= d.state.available_mw + 1e-6).all()
        assert not (d.unit_output * d.state.is_out).any()
        wind = d.case.fuel == "wind"
        assert 0 < d.unit_output[wind].sum() <= d.state.available_mw[wind].sum() + 1e-6
        assert d.actual_load.sum(axis=0) == pytest.approx(states.hourly(used))


def test_constraints_have_a_name_for_each_direction_of_each_pair():
    for market in MARKETS.values():
        found = watched(market.network, market.least_kv)
        seen = {
            (names.branches(market.network)[sign][branch].name, names.outage(market.network, out))
            for sign in (1, -1)
            for branch, out in zip(found.branch.tolist(), found.outage.tolist(), strict=True)
        }
        assert len(seen) == 2 * len(found.branch)


def test_a_constraint_keeps_its_factors_from_day_to_day():
    rows: dict[tuple[str, str], np.ndarray] = {}
    common = 0
    for on in (SUMMER, SUMMER + timedelta(days=1), date(2025, 11, 2)):
        for row, c in zip(day(on).factors.T, day(on).constraints, strict=True):
            common += (c.name, c.contingency) in rows
            before = rows.setdefault((c.name, c.contingency), row)
            # a product's last digit turns with the count of its columns on some processors
            np.testing.assert_allclose(row, before, rtol=0, atol=1e-12)
    assert common > 0


def test_base_case_and_stations():
    for c in day(date(2026, 7, 20), "ci").constraints:
        assert c.contingency == "BASE CASE" or c.contingency.startswith("S")
        assert c.from_station and c.to_station and c.limit_mw > 0
        assert c.max_shadow_price == 5251.0 or c.contingency != "BASE CASE"


def test_hubs_and_zones_are_means_of_their_buses():
    d = day(date(2026, 7, 20), "ci")
    price = dict(zip(d.points, d.sced_lmp, strict=True))
    of_bus = np.array([price[names.node(n)] for n in d.case.bus_names])
    north = np.isin(d.case.zone, [ZONES.index(z) for z in ("EAST", "NORTH", "NORTH_C")])
    load = d.case.load_mw * north
    assert price["LZ_NORTH"] == pytest.approx(load @ of_bus / load.sum())
    assert price["HB_NORTH"] == pytest.approx(of_bus[north & (d.case.kv >= 230)].mean(axis=0))
    hubs = [price[f"HB_{region}"] for region in ("NORTH", "SOUTH", "HOUSTON", "WEST")]
    assert price["HB_HUBAVG"] == pytest.approx(np.mean(hubs, axis=0))
    weights = names.points(d.settings.network, ALL).weights
    assert weights.sum(axis=1) == pytest.approx(np.ones(len(d.points)))


def test_few_points():
    assert list(NetworkDay(SEED, SUMMER, 1).points) == ["HB_NORTH"]
    few = NetworkDay(SEED, SUMMER, 8).points
    assert len(few) == 8 and list(few) == sorted(few)
    assert sum(kind == "RN" for kind in few.values()) == 3
    assert len(NetworkDay(SEED, SUMMER, 210).points) == len(day().points) == 210
    with pytest.raises(ValueError, match="at least one"):
        _ = NetworkDay(SEED, SUMMER, 0).points
    with pytest.raises(ValueError, match="no market 'large'"):
        _ = NetworkDay(SEED, SUMMER, 5, "large").settings


def arrays(d: NetworkDay) -> dict[str, np.ndarray]:
    wanted = ("sced_lmp", "dam_price", "rt_price", "sced_shadow", "factors", "unit_output")
    wanted += ("battery_soc", "zone_load", "thermal_outage", "offers", "limit_mw")
    return {name: getattr(d, name) for name in wanted}


def test_a_day_alone_is_that_of_a_range():
    among = [NetworkDay(SEED, SUMMER + timedelta(days=n), ALL) for n in range(-1, 2)]
    in_range = [arrays(d) for d in among][1]
    for cached in (states.state, states.actuals, states.expected, limits.limits):
        cached.cache_clear()
    alone = arrays(NetworkDay(SEED, SUMMER, ALL))
    for name, value in alone.items():
        assert np.array_equal(value, in_range[name]), name


def test_seeds_and_markets_differ():
    other = day(seed=8)
    assert not np.array_equal(other.sced_lmp, day().sced_lmp)
    assert not np.array_equal(other.zone_load, day().zone_load)


def test_batteries_keep_within_their_means():
    for d in (day(), day(date(2026, 7, 20), "ci"), day(date(2025, 11, 2))):
        fleet, soc, output = d.batteries, d.battery_soc, d.battery_output
        assert soc[:, 0] == pytest.approx(fleet.rest_mwh)
        assert soc[:, -1] == pytest.approx(fleet.rest_mwh)
        assert (soc >= 0.04 * fleet.energy_mwh[:, None] - 1e-6).all()
        assert (soc <= 0.97 * fleet.energy_mwh[:, None] + 1e-6).all()
        assert (np.abs(output) <= fleet.power_mw[:, None] + 1e-9).all()
        assert ((output > 0).any(axis=1) & (output < 0).any(axis=1)).mean() > 0.9
        # they help: more when the net load is high
        net = d.expected.net_load
        held = d.battery_hours.sum(axis=0)
        assert held[net > np.median(net)].mean() > held[net < np.median(net)].mean() + 0.1
        assert set(d.battery_points) <= set(d.points)
        assert len(set(d.battery_names)) == len(fleet.bus)


def test_offers_rise_and_have_cents():
    for d in (day(), day(date(2026, 7, 20), "ci")):
        assert (np.diff(d.offers, axis=1) >= 0).all()
        assert (d.offers == np.round(d.offers, 2)).all()
        assert len(set(d.unit_names)) == len(d.offers)


def test_capacity_is_awarded_as_needed_from_headroom():
    d = day(date(2026, 7, 20), "ci")
    peak = d.case.load_mw.sum()
    assert set(d.capacity) == {"REGDN", "REGUP", "RRS", "ECRS", "NSPIN"}
    assert set(NetworkDay(SEED, date(2023, 6, 9), 5).capacity) == set(d.capacity) - {"ECRS"}
    awards = d.capacity_awards
    assert awards["RRS"].sum(axis=0) == pytest.approx(np.full(24, 0.035 * peak))
    up = sum(awards[name] for name in ("REGUP", "RRS", "ECRS", "NSPIN"))
    assert (up <= 0.2 * d.case.capacity_mw[:, None] + 1e-6).all()
    assert not up[np.isin(d.case.fuel, ("wind", "solar", "nuclear"))].any()
    assert (awards["REGDN"] <= d.day_ahead.output_mw + 1e-6).all()
    for price in (*d.capacity.values(), *d.rt_capacity.values()):
        assert (price > 0).all() and (price == np.round(price, 2)).all()


def check_settlement(d: NetworkDay) -> None:
    """Real-time settlement prices are those of dispatch but for an adder that is hardly there."""
    assert np.quantile(d.adder, 0.95) < 1.0 and d.adder.max() < 100.0
    assert (d.rt_price.shape[1],) == d.adder.shape
    if d.settings.run_minutes == 5:
        mean = d.sced_lmp.reshape(len(d.points), -1, 3).mean(axis=2)
        assert np.abs(d.rt_price - mean - d.adder).max() <= 0.005 + 1e-9
        assert np.mean(d.rt_price) - np.mean(mean) == pytest.approx(np.mean(d.adder), abs=0.005)
    # what is needed is awarded, of units that the adder counts
    need = ancillary.requirements(d.case.load_mw.sum(), True)
    for cleared in (d._dam_capacity, d._capacity(d.real_time, d.system_lambda[0], True)):
        for name, mw in need.items():
            assert cleared[name].award_mw.sum(axis=0) == pytest.approx(mw), name


# Low load in spring and autumn runs few units; what an adder of theirs alone came to is behind.
@pytest.mark.parametrize(
    ("seed", "on"),
    [
        (5, date(2025, 10, 30)),  # median 90, greatest 2,115
        (5, date(2025, 11, 3)),  # 90 % quantile 2,317
        (11, date(2026, 3, 7)),  # 90 % quantile 2,462
        (SEED, SUMMER),
    ],
    ids=str,
)
def test_ordinary_hours_have_no_adder(seed: int, on: date):
    check_settlement(day(on, seed=seed))


@pytest.mark.slow
@pytest.mark.ci
@pytest.mark.parametrize("market", ["ci", "year"])
def test_ordinary_hours_of_the_large_network_have_no_adder(market: str):
    # by units that run alone the 90 % quantile was 230 and 49
    check_settlement(NetworkDay(3, date(2025, 11, 4), 60, market))


def test_scarcity_has_an_adder(monkeypatch):
    def adder(load_scale: float) -> tuple[NetworkDay, np.ndarray]:
        market = replace(MARKETS["small"], load_scale=load_scale)
        monkeypatch.setitem(MARKETS, "small", market)
        d = NetworkDay(SEED, date(2026, 7, 20), 10)
        return d, d.adder

    assert adder(1.4)[1].max() < 1.0
    # the same units for a third more load
    d, found = adder(1.9)
    used = d._quarters(d.state.demand_mw.sum(axis=0)) / d.case.load_mw.sum()
    assert found.max() > 2000 and (found > 100).mean() > 0.05
    assert used[found > 100].min() > np.quantile(used, 0.5)
    assert np.median(found) < 1.0
    assert np.abs(d.rt_price - d._quarters(d.sced_lmp) - found).max() <= 0.005 + 1e-9


def test_few_hours_need_slack():
    slack = {"RT": [], "DAM": []}
    for n in range(0, 364, 28):
        d = day(date(2025, 7, 1) + timedelta(days=n))
        for name, result in (("RT", d.real_time), ("DAM", d.day_ahead)):
            slack[name].append((result.slack_mw > 0).any(axis=0).mean())
            assert not result.shed_mw.any()
    assert np.mean(slack["RT"]) < 0.01
    assert np.mean(slack["DAM"]) < 0.02


@pytest.mark.slow
@pytest.mark.ci
def test_a_week_of_the_ci_market():
    binding, slack, pairs = [], [], set()
    mix = {}
    for n in range(7):
        d = NetworkDay(SEED, SUMMER + timedelta(days=n), 50, "ci")
        result = d.real_time
        binding.append((result.shadow_price >= 0.005).sum(axis=0))
        slack.append((result.slack_mw > 0).any(axis=0))
        pairs.update(zip(result.pair.tolist(), result.sign.tolist(), strict=True))
        for fuel in set(d.case.fuel):
            mix[fuel] = mix.get(fuel, 0) + d.unit_output[d.case.fuel == fuel].sum()
        assert not result.shed_mw.any()
    assert len(np.concatenate(binding)) == 2016
    assert np.concatenate(slack).mean() < 0.01
    assert 3 < np.concatenate(binding).mean() < 15
    assert 30 < len(pairs) < 150
    total = sum(mix.values())
    assert {fuel for fuel, mwh in mix.items() if mwh > 0} == set(d.case.fuel)
    assert 0.4 < mix["ng"] / total < 0.9 and 0.03 < mix["wind"] / total < 0.3
