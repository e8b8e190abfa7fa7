"""Market scoring rule against hand calculation, 60-digit arithmetic and its own laws."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_models.scenario.lmsr import (
    cost,
    cost_of_outcome,
    cost_to_price,
    prices,
    prior,
    quotes,
    shares_for_budget,
    shares_to_price,
    trade_cost,
    worst_loss,
)

quantities = st.lists(st.floats(-40, 40), min_size=2, max_size=6).map(np.array)
liquidities = st.floats(0.5, 50)
few = settings(max_examples=60, deadline=None)


def exact_cost(q, b, shares) -> float:
    """The plain difference of two costs, in 60 digits."""
    with localcontext() as context:
        context.prec = 60
        b = Decimal(float(b))
        before = sum((Decimal(float(x)) / b).exp() for x in q)
        after = sum(
            ((Decimal(float(x)) + Decimal(float(s))) / b).exp()
            for x, s in zip(q, shares, strict=True)
        )
        return float(b * (after / before).ln())


def one(n: int, outcome: int, shares: float) -> np.ndarray:
    out = np.zeros(n)
    out[outcome] = shares
    return out


def test_binary_market_by_hand():
    b = 100.0
    even = np.zeros(2)
    assert float(cost(even, b)) == pytest.approx(69.31471805599453)  # 100 ln 2
    assert prices(even, b) == pytest.approx([0.5, 0.5])
    # 10 shares: 100 ln((e^0.1 + 1) / 2)
    assert float(cost_of_outcome(even, b, 0, 10.0)) == pytest.approx(5.124947951362559)
    assert float(cost_of_outcome(even, b, 0, -10.0)) == pytest.approx(-4.875052048637441)
    # from 0.5 to 0.8: 100 ln 4 shares for 100 ln(0.5 / 0.2) dollars
    assert float(shares_to_price(even, b, 0, 0.8)) == pytest.approx(138.62943611198907)
    assert float(cost_to_price(even, b, 0, 0.8)) == pytest.approx(91.62907318741551)
    assert float(worst_loss(np.array([0.5, 0.5]), 5.0)) == pytest.approx(3.465735902799726)
    assert float(worst_loss(np.full(7, 1 / 7), 5.0)) == pytest.approx(5 * math.log(7))


def test_quotes_by_hand():
    bid, ask = quotes(np.zeros(2), 100.0, np.array([10.0, 1.0]))
    assert bid.shape == ask.shape == (2, 2)
    assert ask[0] == pytest.approx([0.5124947951362559, 0.501249994791683])
    assert bid[0] == pytest.approx([0.4875052048637441, 0.498750005208317])
    assert ask[1] == pytest.approx(ask[0])


def test_prior_gives_its_prices_back():
    chances = np.array([0.7, 0.2, 0.1])
    assert prices(prior(chances, 20.0), 20.0) == pytest.approx(chances, rel=1e-14)
    assert float(worst_loss(chances, 20.0)) == pytest.approx(20 * math.log(10))


def test_batches_are_priced_one_by_one():
    q = np.array([[0.0, 3.0, 1.0], [50.0, -4.0, 7.0]])
    b = np.array([2.0, 10.0])
    shares = np.array([[1.0, 0.0, -2.0], [0.0, 5.0, 5.0]])
    each = [float(trade_cost(q[i], b[i], shares[i])) for i in range(2)]
    assert trade_cost(q, b, shares) == pytest.approx(each)
    assert float(cost(q[1], b[1])) == pytest.approx(float(cost(q, b)[1]))
    assert quotes(q, b, np.array([1.0, 2.0])).ask[1] == pytest.approx(
        np.asarray(quotes(q[1], b[1], np.array([1.0, 2.0])).ask)
    )


@given(quantities, liquidities)
@few
def test_prices_add_up_and_are_the_slope_of_the_cost(q, b):
    price = np.asarray(prices(q, b))
    assert abs(price.sum() - 1) <= 1e-12
    assert np.asarray(jax.grad(cost)(jnp.asarray(q), b)) == pytest.approx(price, abs=1e-12)
    slope = jax.grad(lambda s: trade_cost(q, b, s))(jnp.zeros(len(q)))
    assert np.asarray(slope) == pytest.approx(price, abs=1e-12)
    step = 1e-4 * b
    for i in range(len(q)):
        up, down = q + one(len(q), i, step), q - one(len(q), i, step)
        central = (float(cost(up, b)) - float(cost(down, b))) / (2 * step)
        assert central == pytest.approx(price[i], abs=1e-6)


@given(quantities, liquidities, st.data())
@few
def test_only_the_end_counts(q, b, data):
    """Any split and order of a trade costs the same, and there and back costs nothing."""
    n = len(q)
    parts = np.array(
        data.draw(
            st.lists(st.lists(st.floats(-30, 30), min_size=n, max_size=n), min_size=1, max_size=4)
        )
    )
    at, paid, turnover = q.copy(), 0.0, 0.0
    for part in parts:
        step = float(trade_cost(at, b, part))
        paid, turnover, at = paid + step, turnover + abs(step), at + part
    whole = float(trade_cost(q, b, parts.sum(axis=0)))
    scale = turnover + b + np.abs(parts).sum()
    assert abs(paid - whole) <= 1e-10 * scale
    assert abs(paid + float(trade_cost(at, b, q - at))) <= 1e-10 * scale


@given(quantities, liquidities, st.floats(-100, 100), st.floats(0.1, 10))
@few
def test_moves_and_scales_with_the_shares(q, b, c, scale):
    level = abs(float(cost(q, b))) + abs(c)
    assert abs(float(cost(q + c, b)) - float(cost(q, b)) - c) <= 1e-10 * level
    assert float(trade_cost(q, b, np.full(len(q), c))) == pytest.approx(c, rel=1e-12)
    assert abs(float(cost(scale * q, scale * b)) - scale * float(cost(q, b))) <= (
        1e-10 * scale * level
    )


@given(quantities, liquidities, st.integers(0, 1), st.floats(0.01, 30))
@few
def test_buying_raises_the_own_price_and_lowers_the_others(q, b, outcome, shares):
    before = np.asarray(prices(q, b))
    after = np.asarray(prices(q + one(len(q), outcome, shares), b))
    others = np.arange(len(q)) != outcome
    # strictly, unless a price is 0 or 1 to the last digit
    assert after[outcome] >= before[outcome]
    assert (after[others] <= before[others]).all()
    if 1e-12 < before[outcome] < 1 - 1e-6:
        assert after[outcome] > before[outcome]
        assert (after[others] < before[others]).all()


@given(quantities, liquidities, st.floats(-50, 50), st.floats(-50, 50), st.floats(0, 1))
@few
def test_cost_is_convex_in_the_shares(q, b, first, second, share):
    low, high, between = (
        float(cost_of_outcome(q, b, 0, s))
        for s in (first, second, share * first + (1 - share) * second)
    )
    assert between <= share * low + (1 - share) * high + 1e-12 * (b + abs(low) + abs(high))


def test_against_sixty_digits():
    """Levels of q / b to 1e4, spreads to 60, trades from 1e-8 to 10 b, both signs."""
    rng = np.random.default_rng(3)
    worst = 0.0
    for _ in range(1500):
        n, b = rng.integers(2, 6), float(rng.uniform(0.5, 50))
        q = b * (rng.uniform(-1e4, 1e4) + rng.uniform(0, 60) * rng.random(n))
        shares = b * 10 ** rng.uniform(-8, 1) * rng.choice([-1, 1])
        i = int(rng.integers(n))
        expected = exact_cost(q, b, one(n, i, shares))
        got = float(cost_of_outcome(q, b, i, shares))
        worst = max(worst, abs(got - expected) / abs(expected))
    assert worst <= 1e-9


@pytest.mark.parametrize(
    ("q", "shares"),
    [
        ([0.0, 60.0], [-100.0, 0.0]),
        ([0.0, 60.0], [0.0, -100.0]),  # the likeliest is sold until it is the other
        ([0.0, 60.0], [100.0, 0.0]),
        ([0.0, 60.0], [0.0, 1e-8]),
        ([0.0, 60.0], [0.0, -1e-8]),
        ([0.0, 60.0], [2000.0, 0.0]),  # exp(2000) overflows
        ([0.0, 1.0, 2.0], [1e-8, 2e-8, -1e-8]),
        ([0.0, 1.0, 2.0], [40.0, -40.0, 3.0]),
    ],
)
def test_hard_trades_against_sixty_digits(q, shares):
    got = float(trade_cost(np.array(q), 1.0, np.array(shares)))
    assert got == pytest.approx(exact_cost(q, 1.0, shares), rel=1e-9)


@given(quantities, liquidities, st.floats(-8, 1.5), st.sampled_from([-1, 1]))
@few
def test_budget_is_the_inverse_of_the_cost(q, b, exponent, sign):
    dollars = sign * b * 10**exponent
    with localcontext() as context:
        context.prec = 60
        weights = [(Decimal(float(x)) / Decimal(b)).exp() for x in q]
        most = b * float((sum(weights) / sum(weights[1:])).ln())  # -b log(1 - p)
    shares = float(shares_for_budget(q, b, 0, dollars))
    if dollars > 0 or -dollars < 0.99 * most:
        assert exact_cost(q, b, one(len(q), 0, shares)) == pytest.approx(dollars, rel=1e-9)
    elif -dollars > 1.01 * most:
        assert math.isnan(shares)


def test_budget_beyond_what_any_sale_raises():
    even = np.zeros(2)
    assert math.isnan(float(shares_for_budget(even, 1.0, 0, -2.0)))
    assert float(shares_for_budget(even, 1.0, 0, 0.0)) == 0.0
    nearly = -math.log(2) + 1e-9
    shares = float(shares_for_budget(even, 1.0, 0, nearly))
    assert float(cost_of_outcome(even, 1.0, 0, shares)) == pytest.approx(nearly, rel=1e-12)


@given(quantities, liquidities, st.floats(1e-6, 1 - 1e-6))
@few
def test_shares_to_a_price_move_there(q, b, price):
    shares = float(shares_to_price(q, b, 0, price))
    after = q + one(len(q), 0, shares)
    assert float(prices(after, b)[0]) == pytest.approx(price, rel=1e-9)
    exact = exact_cost(q, b, one(len(q), 0, shares))
    assert float(cost_to_price(q, b, 0, price)) == pytest.approx(exact, rel=1e-9, abs=1e-9 * b)


def test_a_maker_never_loses_more_than_the_bound():
    rng = np.random.default_rng(11)
    b, n = 5.0, 2
    for _ in range(50):
        q, paid = np.zeros(n), 0.0
        for _ in range(20):
            shares = rng.normal(0, 10, n)
            paid += float(trade_cost(q, b, shares))
            q = q + shares
        for outcome in range(n):
            assert q[outcome] - paid <= b * math.log(n) + 1e-9 * b


def test_an_informed_trader_takes_nearly_all_of_the_bound():
    b, bound = 5.0, 5.0 * math.log(2)
    even = np.zeros(2)
    shares = float(shares_to_price(even, b, 0, 0.999))
    lost = shares - float(cost_of_outcome(even, b, 0, shares))
    assert bound == pytest.approx(3.4657, abs=5e-5)
    assert 0.99 * bound <= lost <= bound


def test_prices_far_apart_stay_finite():
    q = np.array([0.0, 1e6, -1e6])
    assert prices(q, 1.0) == pytest.approx([0, 1, 0])
    assert np.isfinite(np.asarray(jax.grad(cost)(jnp.asarray(q), 1.0))).all()
    assert float(trade_cost(q, 1.0, np.array([1e6, 0.0, 0.0]))) == pytest.approx(math.log(2))
