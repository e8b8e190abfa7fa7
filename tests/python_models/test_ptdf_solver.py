"""The elastic net against closed forms and scikit-learn's coordinate descent."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import enet_path

from python_models.ptdf.solver import (
    duality_gap,
    elastic_net_path,
    largest_penalties,
    spectrum,
)
from tests.python_models.ptdf_draw import draw


def problem(seed: int, constraints: int = 60, nodes: int = 20, twins: int = 0):
    """(x, y) of variance 1; y keeps its own scale."""
    market = draw(seed, 60, constraints, nodes, noise=0.5, twins=twins)
    x = market.mu - market.mu.mean(axis=0)
    return x / x.std(axis=0), market.y - market.y.mean(axis=0)


def second_moments(x, y):
    rows = len(x)
    return x.T @ x / rows, x.T @ y / rows, (y**2).mean(axis=0)


def objective(x, y, b, alpha, l1_ratio):
    """b: `[N, K]`, alpha: `[N]`."""
    return (
        ((y - x @ b.T) ** 2).mean(axis=0) / 2
        + alpha * l1_ratio * np.abs(b).sum(axis=1)
        + alpha * (1 - l1_ratio) / 2 * (b**2).sum(axis=1)
    )


@pytest.mark.parametrize("l1_ratio", [0.5, 1.0])
def test_objective_is_that_of_scikit_learn(l1_ratio):
    x, y = problem(1)
    g, c, v = second_moments(x, y)
    alphas = np.logspace(0, -5, 10)[:, None] * largest_penalties(c, l1_ratio)
    path = elastic_net_path(g, c, v, alphas, l1_ratio)
    exact = elastic_net_path(g, c, v, alphas, l1_ratio, tolerance=1e-13, max_iterations=20_000)
    assert path.is_converged.all() and (path.gaps <= 1e-6).all()
    theirs = np.stack(
        [
            enet_path(
                x,
                y[:, n],
                l1_ratio=l1_ratio,
                alphas=alphas[:, n],
                tol=1e-8,
                max_iter=100_000,
                precompute=False,
            )[1].T
            for n in range(y.shape[1])
        ],
        axis=1,
    )  # [L, N, K]
    for n, alpha in enumerate(alphas):
        excess = objective(x, y, path.coefficients[n], alpha, l1_ratio) - objective(
            x, y, theirs[n], alpha, l1_ratio
        )
        assert (excess <= 1e-6 * v).all()
    largest = np.abs(theirs).max(axis=(0, 2))[:, None]
    assert (np.abs(exact.coefficients - theirs) <= 1e-4 * largest).all()


def test_columns_that_are_all_but_the_same_are_no_hindrance():
    """Coordinate descent does not get there in 100,000 passes."""
    x, y = problem(1, twins=6)
    g, c, v = second_moments(x, y)
    assert (np.linalg.eigvalsh(g) < 1e-6).sum() == 6
    alphas = np.logspace(0, -5, 10)[:, None] * largest_penalties(c, 0.5)
    path = elastic_net_path(g, c, v, alphas, 0.5)
    assert path.is_converged.all() and (path.gaps <= 1e-6).all()
    assert path.iterations.max() < 1000


def test_one_column_by_hand():
    g, v = np.ones((1, 1)), np.array([1.0, 1.0, 1.0])
    c = np.array([[0.8, -0.5, 0.1]])
    for alpha in (0.3, 0.05):
        alphas = np.full((1, 3), alpha)
        lasso = elastic_net_path(g, c, v, alphas, 1.0, tolerance=-1.0, max_iterations=60)
        soft = np.sign(c[0]) * np.maximum(np.abs(c[0]) - alpha, 0)
        assert lasso.coefficients[0, :, 0] == pytest.approx(soft, abs=1e-10)
        ridge = elastic_net_path(g, c, v, alphas, 0.0)
        assert ridge.coefficients[0, :, 0] == pytest.approx(c[0] / (1 + alpha), abs=1e-10)
        both = elastic_net_path(g, c, v, alphas, 0.5, tolerance=-1.0, max_iterations=60)
        soft = np.sign(c[0]) * np.maximum(np.abs(c[0]) - alpha / 2, 0) / (1 + alpha / 2)
        assert both.coefficients[0, :, 0] == pytest.approx(soft, abs=1e-10)


def test_orthonormal_columns_do_not_mind_each_other():
    rng = np.random.default_rng(3)
    c, v = rng.uniform(-0.4, 0.4, (7, 5)), np.ones(5)
    alphas = np.stack([np.full(5, 0.2), np.full(5, 0.01)])
    path = elastic_net_path(np.eye(7), c, v, alphas, 1.0, tolerance=-1.0, max_iterations=60)
    for n, alpha in enumerate(alphas):
        expected = np.sign(c) * np.maximum(np.abs(c) - alpha, 0)
        assert path.coefficients[n] == pytest.approx(expected.T, abs=1e-10)


def test_nothing_is_left_at_the_largest_penalty_and_something_below_it():
    x, y = problem(4)
    g, c, v = second_moments(x, y)
    largest = largest_penalties(c, 0.5)
    path = elastic_net_path(g, c, v, np.stack([largest, 0.98 * largest]), 0.5, tolerance=1e-10)
    assert not path.coefficients[0].any()
    assert (path.coefficients[1] != 0).any(axis=1).all()


def test_the_gap_bounds_the_distance_to_the_optimum():
    x, y = problem(5, nodes=3)
    g, c, v = second_moments(x, y)
    alpha = 0.05 * largest_penalties(c, 0.5)
    best = elastic_net_path(g, c, v, alpha[None], 0.5, tolerance=1e-13, max_iterations=20_000)
    optimum = objective(x, y, best.coefficients[0], alpha, 0.5)
    rng = np.random.default_rng(0)
    for size in (1e-3, 1e-2, 1.0):
        b = best.coefficients[0] + size * rng.standard_normal(best.coefficients[0].shape)
        other = b if size < 1e-2 else np.zeros_like(b)
        gap = np.asarray(duality_gap(g, c.T, v, alpha, 0.5, b, other)) * v
        assert (objective(x, y, b, alpha, 0.5) - optimum <= gap + 1e-12).all()
    assert best.gaps.max() <= 1e-13


def test_iterations_are_bounded_and_the_path_says_so():
    x, y = problem(6)
    g, c, v = second_moments(x, y)
    alphas = np.logspace(-1, -2, 2)[:, None] * largest_penalties(c, 0.5)
    path = elastic_net_path(g, c, v, alphas, 0.5, tolerance=0.0, max_iterations=60)
    assert not path.is_converged.all() and (path.iterations <= 60).all()
    assert np.isfinite(path.coefficients).all() and (path.gaps > 0).any()


def test_more_targets_than_a_block_are_as_each_alone():
    x, y = problem(7, nodes=300)
    g, c, v = second_moments(x, y)
    alphas = np.array([[0.1], [0.001]]) * largest_penalties(c, 0.5)
    many = elastic_net_path(g, c, v, alphas, 0.5, tolerance=1e-12)
    some = np.array([0, 255, 256, 299])
    few = elastic_net_path(g, c[:, some], v[some], alphas[:, some], 0.5, tolerance=1e-12)
    assert many.coefficients[:, some] == pytest.approx(few.coefficients, abs=1e-5)


def test_degenerate_problems_have_a_result():
    alphas = np.ones((2, 3))
    none = elastic_net_path(np.zeros((0, 0)), np.zeros((0, 3)), np.ones(3), alphas, 0.5)
    assert none.coefficients.shape == (2, 3, 0) and none.is_converged.all()
    empty = elastic_net_path(np.eye(2), np.zeros((2, 0)), np.zeros(0), np.ones((2, 0)), 0.5)
    assert empty.coefficients.shape == (2, 0, 2)
    still = elastic_net_path(np.eye(2), np.zeros((2, 3)), np.zeros(3), alphas, 0.5)
    assert not still.coefficients.any() and not still.gaps.any() and still.is_converged.all()
    # the same column twice: each has half
    g, c = np.ones((2, 2)), np.full((2, 1), 0.8)
    twice = elastic_net_path(g, c, np.ones(1), np.full((1, 1), 0.1), 0.5, tolerance=1e-12)
    # b1 = b2 = b: 2 b + 0.05 b = 0.8 - 0.05
    assert twice.coefficients[0, 0] == pytest.approx([0.75 / 2.05] * 2, abs=1e-5)


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        elastic_net_path(np.eye(1), np.ones((1, 1)), np.ones(1), np.ones((1, 1)), 1.5)
    with pytest.raises(ValueError, match="least squares"):
        elastic_net_path(np.eye(1), np.ones((1, 1)), np.ones(1), np.zeros((1, 1)), 0.5)


def test_inverse_of_a_singular_matrix_is_the_pseudoinverse():
    a = np.array([[2.0, 1.0, 3.0], [1.0, 1.0, 2.0], [3.0, 2.0, 5.0]])  # third = first + second
    assert spectrum(a).inverse(0.0) == pytest.approx(np.linalg.pinv(a), abs=1e-9)
    assert spectrum(a).inverse(0.5) == pytest.approx(np.linalg.inv(a + np.eye(3) / 2), abs=1e-12)
