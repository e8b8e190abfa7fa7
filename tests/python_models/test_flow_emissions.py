"""Emissions of flows against the published table, conservation, chains, and NumPy's solver."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from python_models.flows.emissions import Reason, consumption_mix, simple

QLD1, NSW1, VIC1, SA1, TAS1 = range(5)
GENERATED = np.array([500.0, 600, 300, 100, 80])
EMITTED = np.array([325.0, 330, 180, 15, 4])


def flows(*borders, regions=5):
    matrix = np.zeros((regions, regions))
    for sender, receiver, energy in borders:
        matrix[sender, receiver] = energy
    return matrix


CHAIN = flows((VIC1, SA1, 22), (QLD1, NSW1, 55), (TAS1, VIC1, 11), (VIC1, NSW1, 27.5))


def solve(method, flow, generated=GENERATED, emitted=EMITTED):
    return [np.asarray(part)[0] for part in method(*(a[None] for a in (flow, generated, emitted)))]


def test_the_published_table_simple():
    intensity, exported, imported, reason = solve(simple, CHAIN)
    assert intensity == pytest.approx([0.65, 0.55, 0.60, 0.15, 0.05], abs=1e-12)
    assert exported == pytest.approx([35.75, 0, 29.70, 0, 0.55], abs=1e-12)
    assert imported == pytest.approx([0, 52.25, 0.55, 13.20, 0], abs=1e-12)
    assert not reason.any()


def test_the_published_table_consumption_mix():
    intensity, exported, imported, reason = solve(consumption_mix, CHAIN)
    mix = (180 + 11 * 0.05) / (300 + 11)  # 0.58055, in print 0.5806
    assert intensity[VIC1] == pytest.approx(mix, abs=1e-12)
    assert mix == pytest.approx(0.5806, abs=6e-5)
    assert [round(float(v), 2) for v in exported] == [35.75, 0, 28.74, 0, 0.55]
    assert [round(float(v), 2) for v in imported] == [0, 51.72, 0.55, 12.77, 0]
    assert imported[NSW1] == pytest.approx(55 * 0.65 + 27.5 * mix, abs=1e-12)
    assert not reason.any()


@st.composite
def systems(draw):
    """Flows over any borders, loops too; every region generates."""
    regions = draw(st.integers(2, 6))
    amounts = st.floats(0.1, 1000)
    generated = np.array([draw(amounts) for _ in range(regions)])
    emitted = np.array([draw(st.floats(0, 1.3)) for _ in range(regions)]) * generated
    flow = np.zeros((regions, regions))
    for a in range(regions):
        for b in range(a):
            if draw(st.booleans()):
                sender, receiver = (a, b) if draw(st.booleans()) else (b, a)
                flow[sender, receiver] = draw(amounts)
    return flow, generated, emitted


@settings(max_examples=100, deadline=None)
@given(systems())
def test_consumption_emits_what_generation_does(system):
    flow, generated, emitted = system
    intensity, exported, imported, reason = solve(consumption_mix, *system)
    assert not reason.any()
    consumed = generated + flow.sum(0) - flow.sum(1)
    assert (intensity * consumed).sum() == pytest.approx(emitted.sum(), rel=1e-9, abs=1e-9)
    assert exported.sum() == pytest.approx(imported.sum(), rel=1e-9, abs=1e-9)
    # a mix lies between the cleanest and the dirtiest generation
    own = emitted / generated
    assert (intensity >= own.min() - 1e-9).all() and (intensity <= own.max() + 1e-9).all()
    # the same by NumPy, one equation after the other
    matrix = np.diag(generated + flow.sum(0)) - flow.T
    assert intensity == pytest.approx(np.linalg.solve(matrix, emitted), rel=1e-9, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(systems())
def test_without_a_loop_substitution_along_the_chain_gives_the_same(system):
    flow, generated, emitted = system
    flow = np.triu(flow)  # each sends only to later ones
    mix = np.zeros(len(generated))
    for r in range(len(generated)):
        supply = generated[r] + flow[:, r].sum()
        mix[r] = (emitted[r] + (mix[:r] * flow[:r, r]).sum()) / supply
    intensity, *_ = solve(consumption_mix, flow, generated, emitted)
    assert intensity == pytest.approx(mix, rel=1e-9, abs=1e-12)


def test_the_loop_of_three_by_hand():
    """NSW1 -> SA1 -> VIC1 -> NSW1, 50 MWh around, 100 MWh generated in each."""
    around = flows((0, 1, 50), (1, 2, 50), (2, 0, 50), regions=3)
    intensity, *_ = solve(consumption_mix, around, np.full(3, 100.0), np.array([90.0, 0.0, 0.0]))
    # x0 = (90 + 50 x2) / 150, x1 = x0 / 3, x2 = x1 / 3, so x0 = 0.6 / (1 - 1/27)
    assert intensity == pytest.approx(np.array([1, 1 / 3, 1 / 9]) * 0.6 * 27 / 26, abs=1e-12)


def test_a_region_that_only_passes_on_has_a_mix_but_no_intensity_of_its_own():
    through = flows((0, 1, 10), (1, 2, 10), regions=3)
    generated, emitted = np.array([100.0, 0, 100]), np.array([50.0, 0, 20])
    intensity, exported, imported, reason = solve(consumption_mix, through, generated, emitted)
    assert intensity == pytest.approx([0.5, 0.5, 25 / 110], abs=1e-12)
    assert not reason.any()
    intensity, exported, imported, reason = solve(simple, through, generated, emitted)
    assert np.isnan(intensity[1]) and reason.tolist() == [0, Reason.NO_SUPPLY, 0]
    assert np.isnan(exported[1]) and np.isnan(imported[2])
    assert exported[0] == imported[1] == pytest.approx(5)
    assert exported[2] == imported[0] == 0


def test_what_rests_on_an_unknown_is_unknown_and_says_why():
    generated = GENERATED.copy()
    generated[TAS1] = np.nan
    intensity, exported, imported, reason = solve(consumption_mix, CHAIN, generated)
    sender, unknown = Reason.UNKNOWN_SENDER, Reason.UNKNOWN_GENERATION
    assert reason.tolist() == [0, sender, sender, sender, unknown]
    assert intensity[QLD1] == pytest.approx(0.65)
    assert np.isnan(intensity[1:]).all()
    assert exported[QLD1] == pytest.approx(35.75) and np.isnan(imported[[NSW1, VIC1, SA1]]).all()
    assert exported[NSW1] == 0 and imported[TAS1] == 0  # nothing flows there

    broken = CHAIN.copy()
    broken[VIC1, SA1] = np.nan
    intensity, exported, imported, reason = solve(consumption_mix, broken)
    flow = Reason.UNKNOWN_FLOW
    assert reason.tolist() == [0, sender, flow, flow, 0]
    assert np.isnan(exported[VIC1]) and exported[QLD1] == pytest.approx(35.75)
    intensity, exported, imported, reason = solve(simple, broken)
    assert not reason.any() and intensity[VIC1] == pytest.approx(0.6)
    assert np.isnan(exported[VIC1]) and np.isnan(imported[SA1])
    assert imported[NSW1] == pytest.approx(52.25)


def test_what_circulates_without_a_source_has_no_mix():
    around = flows((0, 1, 50), (1, 2, 50), (2, 0, 50), (2, 3, 5), regions=4)
    generated, emitted = np.array([0.0, 0, 0, 10]), np.array([0.0, 0, 0, 8])
    intensity, _, _, reason = solve(consumption_mix, around, generated, emitted)
    assert reason.tolist() == [Reason.NO_SUPPLY] * 3 + [Reason.UNKNOWN_SENDER]
    assert np.isnan(intensity).all()


def test_an_empty_batch():
    nothing = np.zeros((0, 5))
    assert simple(np.zeros((0, 5, 5)), nothing, nothing).intensity.shape == (0, 5)
    assert consumption_mix(np.zeros((0, 5, 5)), nothing, nothing).intensity.shape == (0, 5)
