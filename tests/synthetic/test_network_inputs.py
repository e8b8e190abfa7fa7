"""Load, weather, outages, forecasts and capacity, by hand and by their statistics."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic.clock import CENTRAL, grid
from synthetic.network import forecasts, inputs, names, noise, states
from synthetic.network.ancillary import Units, adder, clear, online, reserves
from synthetic.network.batteries import Batteries, schedule, stored
from synthetic.network.case import ZONES, load_case, zone_loads
from synthetic.network.convert import bus_zones, matrix, words
from synthetic.network.settings import MARKETS

HOUR = np.timedelta64(3600, "s")
TEXAS = load_case("activsg2000")
CI = MARKETS["ci"]


def middles(day: date) -> np.ndarray:
    return grid(day, CENTRAL, 60).start + HOUR // 2


# Conversion


def test_a_case_is_read():
    text = "mpc.bus = [\n\t1\t2.5;\n\t2\t-3;\n];\nmpc.bus_name = {\n\t'A B';\n\t'C 0';\n};\n"
    assert matrix(text, "bus").tolist() == [[1, 2.5], [2, -3]]
    assert words(text, "bus_name") == ["A B", "C 0"]
    with pytest.raises(ValueError, match=r"mpc\.gen not found"):
        matrix(text, "gen")


def test_zones_of_a_case_of_one_area():
    bus = np.zeros((9, 11))
    bus[:, 6] = 1
    bus[:, 10] = [2, 2, 2, 2, 3, 3, 5, 6, 7]
    zones = bus_zones(np.vstack([bus, bus[-1:] + np.eye(11)[10] * 1]))
    # six zones; the second half of the two largest becomes the seventh and eighth
    assert zones[:4] == ["FAR_WEST", "FAR_WEST", "COAST", "COAST"]
    assert zones[4:6] == ["NORTH", "EAST"]


def test_the_networks():
    assert len(TEXAS.kv) == 2000 and len(TEXAS.limit_mw) == 3206 and len(TEXAS.fuel) == 544
    assert TEXAS.load_mw.sum() == pytest.approx(67109.21, abs=0.01)
    # 100 MVA / 0.0358
    assert TEXAS.susceptance[0] == pytest.approx(100 / 0.0358)
    houston = [z for n, z in zip(TEXAS.bus_names, TEXAS.zone, strict=True) if "HOUSTON" in n]
    assert {ZONES[z] for z in houston} == {"COAST"}
    small = load_case("activsg200")
    assert set(small.zone) == set(range(8)) and small.load_mw.sum() == pytest.approx(1475.69)
    with pytest.raises(ValueError, match="no network 'x'"):
        load_case("x")


# Load


@pytest.mark.parametrize(
    ("day", "place"),
    [
        (date(2016, 2, 29), 59),
        (date(2024, 2, 29), 59),
        (date(2025, 2, 28), 58),
        (date(2025, 3, 1), 60),
        (date(2025, 12, 31), 365),
        (date(2024, 12, 31), 365),
    ],
)
def test_load_of_a_day_is_that_of_2016(day: date, place: int):
    load = inputs.expected_load(TEXAS, middles(day))
    assert load == pytest.approx(zone_loads()[:, place], rel=1e-6)


def test_load_goes_by_the_clock_when_it_changes():
    spring, autumn = date(2026, 3, 8), date(2025, 11, 2)
    shape = zone_loads()
    load = inputs.expected_load(TEXAS, middles(spring))
    assert load == pytest.approx(np.delete(shape[:, 31 + 29 + 7], 2, axis=1), rel=1e-6)
    load = inputs.expected_load(TEXAS, middles(autumn))
    assert load == pytest.approx(shape[:, 306][:, [0, 1, *range(1, 24)]], rel=1e-6)


def test_load_runs_straight_between_hours_and_across_midnight():
    start = grid(date(2026, 6, 16), CENTRAL, 60).start[0]
    at = start + np.array([-1800, -900, 0, 1800]).astype("timedelta64[s]")
    load = inputs.expected_load(TEXAS, at)
    assert load[:, 2] == pytest.approx((load[:, 0] + load[:, 3]) / 2)
    assert load[:, 1] == pytest.approx(0.75 * load[:, 0] + 0.25 * load[:, 3])


# Noise


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.sampled_from([0.5, 2, 24]))
def test_noise_belongs_to_the_instant(minutes: list[int], hours: float):
    at = np.array(minutes, "datetime64[m]").astype("datetime64[s]")
    together = noise.smooth((1, "a"), at, hours, 3)
    for i in range(len(at)):
        assert noise.smooth((1, "a"), at[i : i + 1], hours, 3)[:, 0].tolist() == (
            together[:, i].tolist()
        )


def test_noise_has_unit_variance_and_forgets():
    at = np.datetime64("2026-01-01", "s") + np.arange(0, 8760) * HOUR
    value = noise.smooth((1, "b"), at, 2, 20)
    assert value.var() == pytest.approx(1, abs=0.03)
    assert np.mean(value[:, 8:] * value[:, :-8]) == pytest.approx(0, abs=0.02)
    assert np.mean(value[:, 1:] * value[:, :-1]) > 0.8


def test_innovations_of_an_hour_do_not_depend_on_the_range():
    long = noise.innovations((3, "x"), 100, 60, 2)
    assert np.array_equal(noise.innovations((3, "x"), 121, 5, 2), long[:, 21:26])
    assert noise.innovations((3, "x"), 0, 24 * 2000, 2).std() == pytest.approx(1, abs=0.02)


# Wind, sun, outages


def test_weather_over_a_year():
    at = np.datetime64("2026-01-01T06", "s") + np.arange(0, 8760, 7) * HOUR
    truth = inputs.state(7, "ci", TEXAS, at)
    share = truth.available_mw / np.maximum(TEXAS.capacity_mw, 1e-9)[:, None]
    assert ((share >= 0) & (share <= 1)).all() and (share.max(axis=1) > 0).sum() >= 540
    assert 0.25 < share[TEXAS.fuel == "wind"].mean() < 0.5
    zones = inputs.by_zone(TEXAS, ("wind",), truth.available_mw)
    windy = inputs.zone_capacity(TEXAS, "wind") > 0
    together = np.corrcoef(zones[windy])
    # one weather: zones go together, but not as one
    apart = ~np.eye(len(together), dtype=bool)
    assert together[apart].min() > 0.3 and together[apart].max() < 0.95
    assert (zones[~windy] == 0).all()
    sun = share[TEXAS.fuel == "solar"]
    hour = (at - np.timedelta64(6, "h")).astype("datetime64[h]").astype(int) % 24
    assert (sun[:, (hour < 4)] == 0).all() and sun[:, hour == 12].mean() > 0.5
    thermal = np.isin(TEXAS.fuel, inputs.THERMAL)
    assert not truth.is_out[~thermal].any()
    # 0.12 x mean of min(exponential of 40, 96) / 96
    mean = 40 * (1 - np.exp(-96 / 40)) / 96
    assert truth.is_out[thermal].mean() == pytest.approx(0.12 * mean, rel=0.1)
    assert (share[truth.is_out] == 0).all()
    load = truth.demand_mw.sum(axis=0)
    assert 22_000 < load.min() < load.max() < 72_000


def test_outages_last():
    at = np.datetime64("2026-05-01", "s") + np.arange(0, 24 * 60) * HOUR
    out = inputs.outages(7, "ci", TEXAS, at)
    begins = (~out[:, :-1] & out[:, 1:]).sum()
    assert 15 < out[:, 1:].sum() / begins < 60


def test_ratings_are_cut_by_so_much_and_no_more():
    limit = inputs.ratings(7, "ci", TEXAS, inputs.rating_block(date(2026, 6, 15)), 0.15)
    share = limit / TEXAS.limit_mw
    lines = TEXAS.branch_kv >= 100
    assert share[lines].min() > 0.849 and share[lines].max() < 1.001
    assert share[lines].mean() == pytest.approx(0.925, abs=0.005)
    assert np.abs(limit - TEXAS.limit_mw)[~lines].max() <= 0.051
    block = inputs.rating_block(date(2026, 6, 15))
    assert inputs.block_days(block)[0] <= date(2026, 6, 15) <= inputs.block_days(block)[-1]
    assert {inputs.rating_block(d) for d in inputs.block_days(block)} == {block}


# Forecasts


def test_errors_grow_with_lead_and_revisions_are_news():
    issues = np.datetime64("2026-01-01T00:20", "s") + np.arange(600) * HOUR
    error = np.array([forecasts.errors((7, "w"), at, 60, 8) for at in issues])
    spread = error.std(axis=(0, 1))
    lead = np.array([1, 6, 24, 60])
    expected = np.sqrt(1 - forecasts.MEMORY ** (2 * lead))
    assert spread[lead - 1] == pytest.approx(expected, rel=0.15)
    # the same target, an hour later: the change has nothing to do with what it was before
    revision = error[1:, :, :23] - error[:-1, :, 1:24]
    before = error[:-1, :, 1:24]
    later = error[1:, :, :23]
    assert np.corrcoef(revision[:, :, 5].ravel(), later[:, :, 5].ravel())[0, 1] == pytest.approx(
        0, abs=0.06
    )
    assert np.corrcoef(revision[:, :, 5].ravel(), before[:, :, 5].ravel())[0, 1] < -0.1


def test_forecasts_know_the_truth_of_their_hours():
    issued = np.datetime64("2026-06-15T15:20", "s")
    load = states.forecast("load", 7, CI, issued, 30)
    wind = states.forecast("wind", 7, CI, issued, 30)
    assert load.shape == wind.shape == (8, 30)
    # 15:20 UTC is 10:20: the first hour is 11:00 to 12:00
    truth = states.hourly(states.actuals(7, CI, date(2026, 6, 15)).load)[:, 11:]
    off = np.abs(np.log(load[:, : truth.shape[1]] / truth))
    assert off[:, 0].max() < 5 * 0.04 * np.sqrt(1 - 0.97**2)
    assert 0.003 < off.mean() < 0.08
    capacity = inputs.zone_capacity(TEXAS, "wind")
    assert (wind >= 0).all() and (wind <= capacity[:, None]).all()
    assert (wind[capacity == 0] == 0).all()
    sun = states.forecast("sun", 7, CI, issued, 30)
    assert (sun <= inputs.zone_capacity(TEXAS, "solar")[:, None]).all()
    again = states.forecast("load", 7, CI, issued, 6)
    assert np.array_equal(again, load[:, :6])


def test_a_forecast_crosses_the_change_of_clocks():
    issued = np.datetime64("2025-11-01T15:00", "s")
    load = states.forecast("load", 7, CI, issued, 48)
    # 11:00 on the 1st to 11:00 CST on the 2nd are 25 hours on: the same clock hour, other days
    days = [states.hourly(states.actuals(7, CI, date(2025, 11, n)).load) for n in (1, 2, 3)]
    truth = np.concatenate(days, axis=1)[:, 11:59]
    assert np.abs(np.log(load / truth)).max() < 0.2


# Batteries


def test_a_battery_by_hand():
    one = (np.array([v]) for v in (10.0, 20.0, 0.9, 0.8, 0.1, 10.0))
    fleet = Batteries(np.array([0]), *one)
    # 10 + 9 - 0.1; - 5 / 0.8 - 0.1; - 0.1
    soc = stored(fleet, np.array([[-10.0, 5.0, 0.0]]), hours=1.0)
    assert soc[0] == pytest.approx([10, 18.9, 12.55, 12.45])
    assert stored(fleet, np.array([[-10.0]]), hours=1 / 12)[0, 1] == pytest.approx(10 + 8.9 / 12)


def test_a_schedule_fills_at_night_and_empties_in_the_evening():
    one = (np.array([v]) for v in (10.0, 20.0, 0.9, 0.9, 0.0, 10.0))
    fleet = Batteries(np.array([0]), *one)
    net = np.array([1.0] * 6 + [2.0] * 10 + [6.0] * 4 + [2.0] * 4)
    output = schedule(7, "x", fleet, net, date(2026, 6, 15))
    assert (output[0, :6] <= 0).all() and output[0, :6].sum() < -5
    assert (output[0, 16:20] >= 0).all() and output[0, 16:20].sum() > 5
    assert stored(fleet, output, 1.0)[0, -1] == pytest.approx(10)


# Capacity


def units(output, headroom, marginal, offer, quick=()) -> Units:
    column = [np.array(v, float)[:, None] for v in (output, headroom, marginal, offer)]
    is_quick = np.isin(np.arange(len(output)), quick)[:, None]
    return Units(np.full((len(output), 1), 20.0), *column, is_quick)


def test_capacity_by_hand():
    # A runs with headroom, B runs full and would give up 50 - 30, C stands still
    found = units([80, 100, 0], [10, 0, 50], [40, 30, 60], [1, 2, 3])
    price = np.full((3, 1), 50.0)
    needed = {"REGDN": 25, "REGUP": 6, "RRS": 10, "NSPIN": 40}
    cleared = clear(found, found.runs, price, needed)
    # below 80 and 100: at 1 and 2 without loss, 20 each
    assert cleared["REGDN"].award_mw[:, 0].tolist() == [20, 5, 0]
    assert cleared["REGDN"].price == pytest.approx([2])
    assert cleared["REGUP"].award_mw[:, 0].tolist() == [6, 0, 0]
    assert cleared["REGUP"].price == pytest.approx([1])
    # 4 MW of headroom are left, then A gives up output that earns 10: 11
    assert cleared["RRS"].award_mw[:, 0].tolist() == [10, 0, 0]
    assert cleared["RRS"].price == pytest.approx([11])
    # 4 MW more of A at 11, then C at 3 + 0.2 x 60 = 15, then B at 22
    assert cleared["NSPIN"].award_mw[:, 0].tolist() == [4, 16, 20]
    assert cleared["NSPIN"].price == pytest.approx([22])


def test_what_stands_still_but_is_on_line_provides_every_service():
    found = units([80, 0, 0], [10, 50, 50], [40, 30, 60], [1, 2, 3])
    is_online = np.array([[True], [True], [False]])
    cleared = clear(found, is_online, np.full((3, 1), 50.0), {"REGDN": 0, "RRS": 40, "NSPIN": 25})
    # A's 10 MW at 1, B at 2 + 0.2 x 30 = 8, then A's output at 11; not C at 15
    assert cleared["RRS"].award_mw[:, 0].tolist() == [20, 20, 0]
    assert cleared["RRS"].price == pytest.approx([11])
    assert cleared["NSPIN"].award_mw[:, 0].tolist() == [0, 0, 20]
    assert cleared["NSPIN"].price == pytest.approx([15])


def test_units_are_brought_on_line_until_all_services_can_be_had():
    # start costs of B to E: 2 + 12 = 14, 2 + 8 = 10, 2 + 4 = 6 but nothing to offer, 2 + 10 = 12
    found = units([80, 0, 0, 0, 0], [10, 50, 15, 0, 50], [40, 60, 40, 20, 50], [2] * 5, [1])
    # 11.3 % of the peak is needed: 10 MW of A, 15 of C, 20 of E, 20 of B
    for peak, wanted in ((80, "A"), (100, "AC"), (221, "AC"), (222, "ACE"), (399, "ABCE")):
        is_online = online(found, peak)[:, 0]
        assert "".join(name for name, on in zip("ABCDE", is_online, strict=True) if on) == wanted
    assert online(found, 1e6)[:, 0].tolist() == [True, True, True, False, True]
    # headroom of what is on line whole, of the rest that of quick units: B
    on, quick = reserves(found, online(found, 100))
    assert (on.tolist(), quick.tolist()) == ([25], [50])
    on, quick = reserves(found, online(found, 399))
    assert (on.tolist(), quick.tolist()) == ([125], [0])


def test_each_interval_brings_its_own_units_on_line():
    column = np.full((2, 1), 20.0)
    found = Units(
        column,
        np.array([[50.0, 0.0, 0.0]] * 2),
        np.array([[15.0, 90.0, 90.0], [15.0, 90.0, 0.0]]),
        np.array([[30.0, 30.0, 30.0], [10.0, 10.0, 10.0]]),
        0 * column,
        column < 0,
    )
    assert online(found, 100.0).tolist() == [[True, False, True], [True, True, False]]


def test_what_is_not_there_is_not_awarded():
    price, on_line = np.full((1, 1), 40.0), np.full((1, 1), True)
    cleared = clear(units([10], [5], [40], [1]), on_line, price, {"REGDN": 1, "RRS": 99})
    assert cleared["RRS"].award_mw[:, 0].tolist() == [15]
    nothing = clear(units([0], [0], [40], [1]), on_line, price, {"REGDN": 1, "RRS": 9})
    assert nothing["RRS"].price.tolist() == [0]
    assert nothing["RRS"].award_mw.tolist() == [[0]]


def test_the_adder_of_scarcity():
    # of the peak: on line 5.25 % give a chance of one half for half an hour, and 7 % in all for the
    # hour; each counts half of 5,000 less the price
    on_line = np.array([52.5, 52.5, 52.5, 500.0, 0.0, 113.0])
    quick = np.array([500.0, 17.5, 0.0, 0.0, 500.0, 0.0])
    price = np.array([1000.0, 1000.0, 5000.0, 20.0, 1000.0, 0.0])
    found = adder(on_line, quick, price, 1000.0)
    assert found[:4] == pytest.approx([1000, 2000, 0, 0])
    # nothing on line is nearly certain to be short within the half hour
    assert found[4] == pytest.approx(2000, abs=2)
    # where all services can be had, and no more, at most 64: 43 / 22 spreads for the hour
    assert found[5] == pytest.approx(2500 * 0.0253, rel=0.01)
    assert adder(np.zeros(1), np.zeros(1), np.zeros(1), 1000.0) == pytest.approx([5000], abs=5)


# Names


def test_names_are_plain():
    assert names.plain("MT. ENTERPRISE 1 0") == "MT_ENTERPRISE_1_0"
    assert names.station("ODESSA 2 0") == "ODESSA_2"
    assert names.node("O DONNELL 1 1") == "O_DONNELL_1_1_RN"
    nodes = [names.node(n) for n in TEXAS.bus_names]
    assert len(set(nodes)) == 2000 and all(n.isascii() and n == n.upper() for n in nodes)


def test_a_branch_has_a_name_in_each_direction():
    along, against = (names.branches("activsg2000")[sign] for sign in (1, -1))
    # the first two are circuits of one line
    assert along[0].from_station == against[0].to_station != along[0].to_station
    assert along[0].name[:-1] == along[1].name[:-1] and along[0].name != along[1].name
    assert len({e.name for e in (*along, *against)}) == 2 * len(along)
    assert names.outage("activsg2000", -1) == "BASE CASE"
