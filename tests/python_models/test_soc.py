"""States of charge and losses against hand calculation, a plain loop, and known truth."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from python_models.bess.frames import GAP_SECONDS, STATE_COLUMNS, fit_table, state_tables
from python_models.bess.soc import Cell, Losses, State, Steps, fit_losses, rebuild

DAYS = 30
TRUE = {"stored": 0.93, "drawn": 1 / 0.95, "drain": 0.2, "resistance": 0.04}
POWER, CAPACITY = 100.0, 200.0


def one(*values):
    """A column for a single battery."""
    return np.array(values, float)[:, None]


def steps(charged, discharged, hours, squared=None, known=None):
    squared = np.zeros_like(charged) if squared is None else squared
    known = np.ones(charged.shape, bool) if known is None else known
    return Steps(charged, discharged, hours, squared, known)


def known_state(mwh):
    return State(np.array([mwh]), np.array([mwh]), np.zeros(1))


def cell(stored=0.9, drawn=1.1, drain=1.0, resistance=0.0, day_sd=0.0, capacity=50.0) -> Cell:
    values = (stored, drawn, drain, resistance, day_sd)
    return Cell(Losses(*(np.array([v]) for v in values)), np.array([capacity]))


def rebuilt(moves: Steps, start: State, most: Cell | None = None, **least):
    lowest = cell(**least)
    state = rebuild(moves, lowest, most or lowest, np.array([10.0]), start)
    return [np.asarray(v)[:, 0] for v in state]


def test_by_hand():
    moves = steps(one(10, 0, 0), one(0, 5, 0), one(1, 1, 0.5), squared=one(100, 25, 0))
    low, high, variance = rebuilt(moves, known_state(20.0), resistance=0.02, day_sd=np.sqrt(24))
    # 20 + 9 - 1 - 0.2; then - 5.5 - 1 - 0.05; then - 0.5
    assert low == pytest.approx([20, 27.8, 21.25, 20.75])
    assert high == pytest.approx(low)
    assert variance == pytest.approx([0, 1, 2, 2.5])


def test_both_trajectories_meet_at_a_limit_and_are_certain_there():
    unknown = State(np.zeros(1), np.array([50.0]), np.zeros(1))
    moves = steps(one(40, 40, 0), one(0, 0, 10), one(1, 1, 1))
    low, high, variance = rebuilt(moves, unknown, drain=0.0, day_sd=np.sqrt(24))
    assert low == pytest.approx([0, 36, 50, 39])
    assert high == pytest.approx([50, 50, 50, 39])
    assert variance == pytest.approx([0, 1, 0, 1])


def test_a_step_without_telemetry_may_have_been_anything():
    moves = steps(one(0, 0), one(0, 0), one(0.25, 0.25), known=one(1, 0) > 0)
    low, high, _ = rebuilt(moves, known_state(20.0), drain=0.0)
    # 10 MW for a quarter hour: 2.5 MWh, of which 0.9 are stored, 1.1 drawn
    assert low[-1] == pytest.approx(20 - 2.75)
    assert high[-1] == pytest.approx(20 + 2.25)


def test_bounds_follow_what_a_battery_is_at_least_and_at_most():
    most = cell(stored=1.0, drawn=1.0, drain=0.0, capacity=60.0)
    moves = steps(one(60, 20, 0, 0), one(0, 0, 5, 100), one(1, 1, 1, 1))
    low, high, variance = rebuilt(moves, known_state(0.0), most, day_sd=np.sqrt(24))
    # 54 - 1 and 60, each cut at its size; full again; - 5.5 - 1 and - 5; empty
    assert low == pytest.approx([0, 50, 50, 43.5, 0])
    assert high == pytest.approx([0, 60, 60, 55, 0])
    # full at one size is not known to be full; empty is empty
    assert variance == pytest.approx([0, 1, 2, 3, 0])


def test_like_a_plain_loop():
    rng = np.random.default_rng(5)
    net = rng.uniform(-12, 12, 500)
    charged, discharged = np.maximum(-net, 0) / 4, np.maximum(net, 0) / 4
    squared = net**2 / 4
    at, expected = 13.0, [13.0]
    for c, d, q in zip(charged, discharged, squared, strict=True):
        at = min(max(at + 0.9 * c - 1.1 * d - 0.25 * 0.3 - 0.05 * q / 10, 0), 50)
        expected.append(at)
    moves = steps(one(*charged), one(*discharged), np.full((500, 1), 0.25), squared=one(*squared))
    low, _, _ = rebuilt(moves, known_state(13.0), drain=0.3, resistance=0.05)
    assert low == pytest.approx(expected)


@cache
def market(seed: int, *, resistance: float, days: int = DAYS):
    """(quarter-hourly rows of a battery with known losses, its true states).

    Power runs straight between readings every five minutes; readings are rounded to 0.1 MW and
    0.1 MWh. The true state is integrated in steps of ten seconds.
    """
    rng = np.random.default_rng(seed)
    count = days * 288
    want = np.repeat(rng.choice([-1, -0.4, 0, 0, 0.4, 1], count // 6), 6) * POWER
    power, soc = np.zeros(count + 1), np.zeros(count + 1)
    soc[0], power[0] = CAPACITY / 2, 0.0
    fine = (np.arange(30) + 0.5) / 30
    for n in range(count):
        room = soc[n] < 0.9 * CAPACITY if want[n] < 0 else soc[n] > 0.1 * CAPACITY
        power[n + 1] = want[n] if room else 0.0
        path = power[n] + (power[n + 1] - power[n]) * fine
        flow = np.where(path < 0, -path * TRUE["stored"], -path * TRUE["drawn"])
        lost = TRUE["drain"] + resistance * path**2 / POWER
        soc[n + 1] = np.clip(soc[n] + np.mean(flow - lost) / 12, 0, CAPACITY)
    read = np.round(power, 1)
    path = read[:-1, None] + (read[1:] - read[:-1])[:, None] * fine

    def quarter(values):
        """Integral over the quarter hour of what has a value for every ten seconds."""
        return values.mean(axis=1).reshape(-1, 3).sum(axis=1) / 12

    slots = np.arange(count // 3)
    seconds = 1_767_225_600 + 900 * slots
    rows = {
        "resource": pa.array(["A"] * len(slots)),
        "interval_start": pa.array(seconds * 1_000_000, pa.timestamp("us", "UTC")),
        "day_number": slots // 96,
        "step_charged_mwh": quarter(np.maximum(-path, 0)),
        "step_discharged_mwh": quarter(np.maximum(path, 0)),
        "step_squared_mw2h": quarter(path**2),
        "step_hours": np.full(len(slots), 0.25),
        "is_step_known": np.ones(len(slots), bool),
        "soc_mwh": np.round(soc[:-1:3], 1),
        "capacity_mwh": np.full(len(slots), CAPACITY),
        "power_mw": np.full(len(slots), POWER),
    }
    return pa.table(rows), soc[:-1:3]


@pytest.mark.parametrize("resistance", [0.0, TRUE["resistance"]])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_losses_are_recovered(seed, resistance):
    rows, _ = market(seed, resistance=resistance)
    (fit,) = fit_table(rows).to_pylist()
    truth = (TRUE["stored"] - resistance) / (TRUE["drawn"] + resistance)
    assert fit["is_plausible"]
    assert fit["round_trip_efficiency"] == pytest.approx(truth, abs=0.003)
    assert abs(fit["round_trip_efficiency"] - truth) < 4 * fit["round_trip_se"]
    assert fit["drain_mw"] == pytest.approx(TRUE["drain"], abs=0.05)
    # within one per cent of the capacity over thirty days from the first state alone
    assert fit["rebuilt_error_mwh"] < 0.01 * CAPACITY
    assert abs(fit["balance_error_mwh"]) < 0.01 * CAPACITY


def test_least_squares_are_those_of_another_implementation():
    rows, _ = market(4, resistance=TRUE["resistance"])
    (fit,) = fit_table(rows).to_pylist()
    soc = rows["soc_mwh"].to_numpy()
    names = ("step_charged_mwh", "step_discharged_mwh", "step_hours", "step_squared_mw2h")
    columns = np.stack([rows[n].to_numpy()[:-1] for n in names], axis=1) * [1, -1, -1, -1 / POWER]
    inner = np.minimum(soc[:-1], soc[1:]) > 0.02 * CAPACITY
    inner &= np.maximum(soc[:-1], soc[1:]) < 0.98 * CAPACITY
    expected, *_ = np.linalg.lstsq(columns[inner], np.diff(soc)[inner], rcond=None)
    names = ("stored_per_mwh", "drawn_per_mwh", "drain_mw", "resistive_share")
    assert [fit[n] for n in names] == pytest.approx(expected.tolist(), rel=1e-4)
    assert fit["step_count"] == inner.sum()


def test_too_little_to_go_by_is_no_fit():
    rows, _ = market(1, resistance=0.0, days=2)
    (fit,) = fit_table(rows.slice(0, 90)).to_pylist()
    assert not fit["is_plausible"]
    assert fit["stored_per_mwh"] is None and fit["rebuilt_error_mwh"] is None
    assert fit_table(rows.slice(0, 0)).num_rows == 0


def with_losses(rows: pa.Table, resistance: float) -> pa.Table:
    is_least_and_most = {
        "stored_per_mwh": TRUE["stored"],
        "drawn_per_mwh": TRUE["drawn"],
        "drain_share": TRUE["drain"] / POWER,
        "resistive_share": resistance,
        "day_sd_hours": 0.5 / POWER,
        "duration_hours": CAPACITY / POWER,
    }
    for bound in ("lowest", "highest"):
        rows = rows.append_column(bound, pa.array([is_least_and_most] * len(rows)))
    days = rows["interval_start"].cast(pa.timestamp("s", "UTC")).cast(pa.date32())
    given = {"iso": "ERCOT", "run_id": None, "evidence_code": "FLEET"}
    for name, value in given.items():
        rows = rows.append_column(name, pa.array([value] * len(rows), pa.string()))
    return rows.append_column("market_date", days)


def states(rows: pa.Table, start: pa.Table | None = None) -> pa.Table:
    start = STATE_COLUMNS.empty_table() if start is None else start
    return pa.concat_tables(state_tables(rows, start)).sort_by("interval_start")


def test_the_truth_lies_within_the_bounds_from_an_unknown_start():
    rows, truth = market(2, resistance=TRUE["resistance"])
    found = states(with_losses(rows, TRUE["resistance"]))
    spread = 2 * np.sqrt(found["variance_mwh2"].to_numpy())
    low, high = found["low_mwh"].to_numpy(), found["high_mwh"].to_numpy()
    assert ((truth >= low - spread - 0.1) & (truth <= high + spread + 0.1)).all()
    assert (low >= 0).all() and (high <= CAPACITY).all()
    assert high[0] - low[0] == CAPACITY and high[-1] - low[-1] < CAPACITY / 2


def test_going_on_from_a_day_is_the_same_as_all_at_once():
    rows = with_losses(market(3, resistance=0.0, days=4)[0], 0.0)
    whole = states(rows)
    again = states(rows.slice(2 * 96), whole.slice(2 * 96, 1))
    assert again.equals(whole.slice(2 * 96))


def test_after_a_gap_nothing_is_known():
    rows = with_losses(market(3, resistance=0.0, days=6)[0], 0.0)
    assert GAP_SECONDS == 86_400
    found = states(pa.concat_tables([rows.slice(0, 96), rows.slice(3 * 96)]))
    width = found["high_mwh"].to_numpy() - found["low_mwh"].to_numpy()
    assert width[96] == CAPACITY
    whole = states(rows.slice(3 * 96))
    assert found.slice(96).equals(whole)


def test_many_batteries_at_once_are_as_each_alone():
    tables = [market(seed, resistance=0.0, days=3)[0] for seed in (1, 2)]
    many = [
        table.set_column(0, "resource", pa.array([f"B{n:03}"] * len(table)))
        for n, table in enumerate(tables * 70)
    ]
    fits = fit_table(pa.concat_tables(many)).to_pylist()
    assert [f["resource"] for f in fits] == [f"B{n:03}" for n in range(140)]
    alone = [fit_table(table).to_pylist()[0] for table in tables]
    for n, fit in enumerate(fits):
        assert fit["drawn_per_mwh"] == pytest.approx(alone[n % 2]["drawn_per_mwh"])


def test_steps_at_the_limits_are_left_out():
    """Drain is cut off at empty: taken in, such steps would pull it down."""
    rng = np.random.default_rng(9)
    net = np.where(rng.random((400, 1)) < 0.5, rng.uniform(-40, 40, (400, 1)), 0.0)
    soc = [30.0]
    for p in net[:, 0]:
        move = (-p * 0.9 if p < 0 else -p * 1.1) / 4 - 0.5
        soc.append(min(max(soc[-1] + move, 0.0), 100.0))
    moves = steps(np.maximum(-net, 0) / 4, np.maximum(net, 0) / 4, np.full((400, 1), 0.25))
    assert min(soc) == 0.0
    size = np.array([100.0]), np.array([40.0])
    fit = fit_losses(moves, np.array(soc)[:, None], *size, np.arange(400) // 96)
    assert float(fit.losses.drain_mw[0]) == pytest.approx(2.0, abs=1e-4)
    assert float(fit.losses.drawn_per_mwh[0]) == pytest.approx(1.1, abs=1e-4)
