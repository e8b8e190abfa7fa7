"""Fits against known factors, least squares, and what must not matter."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from python_models.ptdf.fit import (
    FITTED,
    NO_BINDING_CONSTRAINT,
    NO_HOLDOUT,
    NO_PRICES,
    TOO_FEW_ROWS,
    Options,
    fit,
)
from python_models.ptdf.gram import Part, accumulate, add, combine
from python_models.ptdf.groups import collinear
from python_models.ptdf.selection import choose, split, unseen_share
from tests.python_models.ptdf_draw import PER_DAY, draw, r_squared, sign_accuracy


def gram(x, y):
    return accumulate(csr_array(x), y)


def whole_days(rows: int) -> int:
    """The rows before the hold-out, cut at a day's end."""
    return split(rows) // PER_DAY * PER_DAY


def fitted(x, y, extra=0, options=None):
    cut = whole_days(len(x))
    return fit(gram(x[:cut], y[:cut]), gram(x[cut:], y[cut:]), options, extra)


def by_day(x, y):
    """(sum, its parts by day)."""
    every = np.arange(x.shape[1]), np.arange(y.shape[1])
    days = range(0, len(x), PER_DAY)
    parts = [Part(gram(x[d : d + PER_DAY], y[d : d + PER_DAY]), *every) for d in days]
    return combine(parts, x.shape[1], y.shape[1]), parts


@cache
def market(noise: float):
    return draw(11, 365, 120, 60, noise=noise, twins=12, least=0.001)


def least_squares(x, y):
    """(coefficients, intercepts) of one straightforward solve."""
    found, *_ = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)
    return found[1:], found[0]


def test_factors_of_a_market_without_noise_are_recovered():
    """Least squares, which is what debiasing gives; the penalised ones come near."""
    truth = market(0.0)
    found = fitted(truth.mu, truth.y)
    seen = found.bound >= 20
    assert seen.sum() > 80 and (~seen).sum() > 0
    assert r_squared(found.debiased[seen], truth.beta[seen]) >= 0.999
    assert sign_accuracy(found.debiased[seen], truth.beta[seen]) == 1.0
    assert r_squared(found.beta[seen], truth.beta[seen]) >= 0.999
    assert found.intercept == pytest.approx(truth.level, abs=0.01)
    # the best penalty is the least where there is no noise, and that is said
    assert found.is_at_edge and found.promote and found.status == FITTED


def test_factors_of_a_noisy_market_are_recovered():
    truth = market(1.0)
    found = fitted(truth.mu, truth.y)
    often = found.bound >= 100
    assert r_squared(found.beta[often], truth.beta[often]) >= 0.7
    cut = whole_days(len(truth.mu))
    b, a = least_squares(truth.mu[:cut], truth.y[:cut])
    later = truth.y[cut:] - a - truth.mu[cut:] @ b
    assert found.pooled_rmse <= np.sqrt((later**2).mean())
    assert found.promote and found.pooled_rmse < 1.05


def test_errors_are_those_of_the_rows():
    truth = market(1.0)
    found = fitted(truth.mu, truth.y)
    cut = whole_days(len(truth.mu))
    rest = truth.y - found.intercept + truth.mu @ found.beta
    assert found.train_rmse == pytest.approx(np.sqrt((rest[:cut] ** 2).mean(axis=0)))
    assert found.holdout_rmse == pytest.approx(np.sqrt((rest[cut:] ** 2).mean(axis=0)))
    mean = truth.y[:cut].mean(axis=0)
    assert found.mean_price == pytest.approx(mean)
    baseline = np.sqrt(((truth.y[cut:] - mean) ** 2).mean(axis=0))
    assert found.baseline_rmse == pytest.approx(baseline)
    assert found.pooled_rmse == pytest.approx(np.sqrt((rest[cut:] ** 2).mean()))


def test_shadow_prices_in_the_wrong_order_are_not_promoted():
    truth = market(1.0)
    for seed in range(3):
        shuffled = np.random.default_rng(seed).permutation(truth.mu)
        found = fitted(shuffled, truth.y)
        assert not found.promote
        assert found.pooled_rmse > 0.95 * found.pooled_baseline
        assert found.status == FITTED


def test_debiased_factors_are_least_squares():
    truth = draw(3, 120, 40, 10, noise=1.0)
    found = fitted(truth.mu, truth.y)
    cut = whole_days(len(truth.mu))
    x, y = truth.mu[:cut], truth.y[:cut]
    b, a = least_squares(x, y)
    assert found.is_identified.all()
    assert found.debiased == pytest.approx(-b, abs=1e-5)
    rest = y - a - x @ b
    sigma = np.sqrt((rest**2).sum(axis=0) / (len(x) - x.shape[1] - 1))
    centred = x - x.mean(axis=0)
    expected = np.outer(np.sqrt(np.diag(np.linalg.inv(centred.T @ centred))), sigma)
    assert found.standard_error == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("shared", [0.0, 1.0])
def test_intervals_cover_the_truth(shared):
    """Also where the noise of a day hangs together, if the days are told."""
    hits, naive = [], []
    for seed in range(4):
        truth = draw(20 + seed, 240, 40, 50, noise=0.0)
        rng = np.random.default_rng(seed)
        days = len(truth.mu) // PER_DAY
        by = rng.standard_normal((days, 50)).repeat(PER_DAY, axis=0) * np.sqrt(shared / 2)
        y = truth.clean + by + rng.standard_normal(by.shape) * np.sqrt(1 - shared / 2)
        train, parts = by_day(truth.mu, y)
        for chunks, into in ((parts, hits), ((), naive)):
            found = fit(train, gram(truth.mu[:0], y[:0]), chunks=chunks)
            often = found.bound >= 50
            distance = np.abs(found.debiased - truth.beta) / found.standard_error
            into.append((distance < 1.96)[often & found.is_identified.all(axis=1)].mean())
    # 0.963 and 0.924: the days on which a constraint binds may be few
    assert 0.91 <= np.mean(hits) <= 0.98
    if shared:
        assert np.mean(naive) < 0.9


def test_constraints_that_bind_together_are_one():
    truth = draw(5, 100, 20, 8, noise=0.1, twins=4)
    found = fitted(truth.mu, truth.y)
    # every fifth and the one behind it
    expected = np.arange(20)
    for n in range(4):
        expected[5 * n + 1] = expected[5 * n]
    assert (found.group == np.unique(expected, return_inverse=True)[1]).all()
    assert (found.beta[1] == found.beta[0]).all() and found.beta[0].any()
    # the twin's sum, estimated as a column of its own
    cut = whole_days(len(truth.mu))
    merged = np.column_stack([truth.mu[:, 0] + truth.mu[:, 1], truth.mu[:, 2:]])
    b, _ = least_squares(merged[:cut][:, [0, 1, 2, 3]], truth.y[:cut])
    assert b.shape == (4, 8)
    alone = fitted(
        np.column_stack([truth.mu[:, expected == k].sum(axis=1) for k in np.unique(expected)]),
        truth.y,
    )
    assert found.debiased == pytest.approx(alone.debiased[found.group], abs=1e-9)


def test_groups_by_hand():
    base = np.array([0.0, 0, 3, 1, 0, 5])
    x = np.column_stack([base, np.ones(6), 2 * base, base[::-1], np.zeros(6), -base])
    g, square = np.cov(x.T, bias=True), (x**2).mean(axis=0)
    assert collinear(g, square).tolist() == [0, 1, 0, 2, 3, 0]
    assert collinear(np.zeros((0, 0)), np.zeros(0)).tolist() == []


def test_one_constraint_by_hand():
    x = np.array([[0.0], [2], [0], [2]])
    y = np.array([[10.0], [4], [10], [4]])  # 10 - 3 mu
    options = Options(least_penalty=1e-9, tolerance=1e-14)
    found = fit(gram(x, y), gram(x, y), options)
    assert found.beta[0, 0] == pytest.approx(3, abs=1e-6)
    assert found.debiased[0, 0] == pytest.approx(3, abs=1e-6)
    assert found.intercept[0] == pytest.approx(10, abs=1e-6)
    assert (found.mean_mu, found.bound, found.mean_price) == ([1], [2], [7])
    assert found.baseline_rmse[0] == pytest.approx(3)
    # lasso on the scale of correlations: c = -1, alpha its hundredth part
    options = Options(l1_ratio=1.0, penalties=2, least_penalty=0.01, tolerance=1e-14)
    found = fit(gram(x, y), gram(x, y), options)
    assert found.beta[0, 0] == pytest.approx(0.99 * 3, abs=1e-6)


def test_further_regressors_are_told_apart_and_not_penalised():
    truth = draw(6, 150, 25, 12, noise=0.5)
    rng = np.random.default_rng(0)
    z = 5 + np.abs(rng.standard_normal((len(truth.mu), 2))) + truth.mu[:, :2]
    gamma = rng.uniform(0.5, 1, (2, 12))
    y = truth.y + z @ gamma
    found = fitted(np.hstack([truth.mu, z]), y, extra=2)
    assert found.beta.shape == (25, 12) and found.gamma.shape == (2, 12)
    assert found.gamma == pytest.approx(gamma, abs=0.1)
    often = found.bound >= 50
    assert r_squared(found.beta[often], truth.beta[often]) > 0.7
    cut = whole_days(len(y))
    b, a = least_squares(np.hstack([truth.mu, z])[:cut], y[:cut])
    assert found.debiased == pytest.approx(-b[:25], abs=1e-5)
    sigma = (y[:cut] - a - np.hstack([truth.mu, z])[:cut] @ b).std(axis=0)
    centred = np.hstack([truth.mu, z])[:cut]
    centred = centred - centred.mean(axis=0)
    spread = np.sqrt(np.diag(np.linalg.inv(centred.T @ centred)))[:25]
    assert found.standard_error == pytest.approx(np.outer(spread, sigma), rel=0.02)
    penalised = fitted(
        np.hstack([truth.mu, z]), y, extra=2, options=Options(is_extra_penalised=True)
    )
    assert penalised.gamma == pytest.approx(gamma, abs=0.15)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_order_of_nodes_and_constraints_does_not_matter(seed):
    truth = draw(7, 40, 12, 9, noise=0.5, twins=2)
    rng = np.random.default_rng(seed)
    nodes, constraints = rng.permutation(9), rng.permutation(12)
    one = fitted(truth.mu, truth.y, options=Options(tolerance=1e-10))
    other = fitted(truth.mu[:, constraints], truth.y[:, nodes], options=Options(tolerance=1e-10))
    for name in ("beta", "debiased", "standard_error"):
        a, b = getattr(one, name)[np.ix_(constraints, nodes)], getattr(other, name)
        assert a == pytest.approx(b, abs=1e-4, nan_ok=True), name
    assert one.pooled_rmse == pytest.approx(other.pooled_rmse, rel=1e-5)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_any_split_of_the_rows_gives_the_same_fit(seed):
    truth = draw(8, 40, 12, 9, noise=0.5)
    rng = np.random.default_rng(seed)
    part = rng.integers(0, 3, len(truth.mu))
    pieces = [gram(truth.mu[part == p], truth.y[part == p]) for p in range(3)]
    train = add(pieces[2], add(pieces[0], pieces[1]))
    one, other = (fit(g, train) for g in (gram(truth.mu, truth.y), train))
    assert one.beta == pytest.approx(other.beta, abs=1e-7)
    assert one.standard_error == pytest.approx(other.standard_error, rel=1e-7)
    assert one.intercept == pytest.approx(other.intercept, abs=1e-7)


def test_a_node_is_fitted_to_its_own_rows():
    truth = draw(9, 100, 15, 6, noise=0.3)
    y = truth.y.copy()
    y[100:250, 2] = np.nan
    y[:1000, 4] = np.nan
    y[:, 5] = np.nan
    train = gram(truth.mu, y)
    found = fit(train, train, Options(tolerance=1e-10))
    assert found.node_status.tolist() == [FITTED] * 4 + [TOO_FEW_ROWS, NO_PRICES]
    assert np.isnan(found.beta[:, 4:]).all() and np.isnan(found.holdout_rmse[4:]).all()
    own = ~np.isnan(y[:, 2])
    alone = gram(truth.mu[own], y[own][:, [2]])
    expected = fit(alone, alone, Options(tolerance=1e-10))
    assert found.debiased[:, 2] == pytest.approx(expected.debiased[:, 0], abs=1e-8)
    assert found.standard_error[:, 2] == pytest.approx(expected.standard_error[:, 0])
    # by days, of which one is without that node: the others are its chunks
    by, parts = by_day(truth.mu, y)
    clustered = fit(by, by, Options(tolerance=1e-10), chunks=parts)
    assert (clustered.standard_error[:, :4] >= found.standard_error[:, :4] - 1e-12).all()


def assert_finite(found):
    ok = found.node_status == FITTED
    for name in ("beta", "debiased"):
        assert np.isfinite(getattr(found, name)[:, ok]).all(), name
    for name in ("intercept", "train_rmse"):
        assert np.isfinite(getattr(found, name)[ok]).all(), name


def test_no_constraint_at_all():
    y = np.arange(12.0).reshape(6, 2)
    found = fit(gram(np.zeros((6, 0)), y), gram(np.zeros((6, 0)), y))
    assert found.status == NO_BINDING_CONSTRAINT and found.beta.shape == (0, 2)
    assert found.intercept == pytest.approx([5, 6]) and not found.promote
    assert found.holdout_rmse == pytest.approx(found.baseline_rmse)


def test_constraints_that_never_bind_are_zero():
    y = np.arange(12.0).reshape(6, 2)
    found = fit(gram(np.zeros((6, 3)), y), gram(np.zeros((6, 3)), y))
    assert found.status == NO_BINDING_CONSTRAINT
    assert not found.beta.any() and np.isnan(found.standard_error).all()
    assert not found.is_identified.any() and "no shadow price varies" in found.reason


def test_no_prices_at_all():
    x = np.eye(4)
    nothing = np.full((4, 2), np.nan)
    for y in (nothing, np.zeros((4, 0))):
        found = fit(gram(x, y), gram(x, y))
        assert found.status == NO_PRICES and not found.promote
        assert np.isnan(found.beta).all() and np.isnan(found.pooled_rmse)


def test_no_row_and_no_hold_out():
    truth = draw(10, 30, 5, 3, noise=0.1)
    empty = gram(truth.mu[:0], truth.y[:0])
    assert fit(empty, empty).status == NO_PRICES
    found = fit(gram(truth.mu, truth.y), empty)
    assert found.status == NO_HOLDOUT and not found.promote
    assert (found.chosen == len(found.penalties.share) - 1).all()
    assert_finite(found)


def test_one_node_one_row():
    found = fit(gram(np.array([[3.0]]), np.array([[7.0]])), gram(np.zeros((1, 1)), np.ones((1, 1))))
    assert found.status == NO_BINDING_CONSTRAINT
    assert found.intercept.tolist() == [7] and found.beta.tolist() == [[0]]


def test_fewer_rows_than_constraints():
    truth = draw(12, 3, 200, 4, noise=0.1)
    found = fit(gram(truth.mu, truth.y), gram(truth.mu, truth.y))
    assert_finite(found)
    told = found.is_identified
    assert not told.all() and np.isnan(found.standard_error[~told]).all()


def test_a_price_that_never_moves_and_a_column_of_ones():
    truth = draw(13, 40, 6, 3, noise=0.2)
    y = truth.y.copy()
    y[:, 1] = 42.1
    x = np.column_stack([truth.mu, np.full(len(y), 9.7)])
    found = fitted(x, y)
    assert_finite(found)
    assert not found.beta[6].any() and not found.beta[:, 1].any()
    assert found.intercept[1] == pytest.approx(42.1)
    assert found.holdout_rmse[1] == pytest.approx(0, abs=1e-5)


def test_a_penalty_for_each_node_only_where_it_pays():
    rows = np.array([10, 10])
    same = choose(np.array([[9.0, 9], [4, 4.001], [4.001, 4]]), rows)
    assert same.is_pooled and len(set(same.chosen.tolist())) == 1
    apart = choose(np.array([[9.0, 1], [4, 2], [1, 9]]), rows)
    assert not apart.is_pooled and apart.chosen.tolist() == [2, 0]
    assert apart.pooled_rmse == pytest.approx(np.sqrt([5, 3, 5]))
    assert choose(np.array([[9.0, 9], [4, 4]]), rows).is_at_edge


def test_share_of_rows_with_a_constraint_never_seen():
    rows, columns = np.array([0, 0, 1, 3, 3]), np.array([0, 2, 1, 2, 2])
    assert unseen_share(rows, columns, np.array([True, True, False]), 8) == 2 / 8
    assert unseen_share(rows[:0], columns[:0], np.zeros(0, bool), 0) == 0
    assert [split(n) for n in (0, 1, 2, 10, 15, 100)] == [0, 1, 1, 9, 13, 90]
