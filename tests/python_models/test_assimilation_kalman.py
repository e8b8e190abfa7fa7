"""The exact filter against hand calculation and one big Gaussian solved at once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from python_models.assimilation.kalman import LinearModel, forecast, kalman_filter


def scalar(phi: float, process: float, error: float) -> LinearModel:
    return LinearModel(*(np.array([[v]]) for v in (phi, process, 1.0, error)))


def random_model(rng: np.random.Generator, n: int, p: int) -> LinearModel:
    process, error = rng.normal(size=(n, n)), rng.normal(size=(p, p))
    return LinearModel(
        0.4 * rng.normal(size=(n, n)),
        process @ process.T,
        rng.normal(size=(p, n)),
        error @ error.T + np.eye(p),
    )


def test_by_hand():
    observed = np.array([[2.0], [np.nan], [0.0]])
    found = kalman_filter(scalar(0.5, 1.0, 1.0), np.zeros(1), np.eye(1), observed)
    # gain 1/2; ahead 0.5 with 0.5 / 4 + 1; nothing seen; ahead 0.25 with 1.125 / 4 + 1 = 1.28125
    gain = 1.28125 / 2.28125
    assert found.mean[:, 0] == pytest.approx([1.0, 0.5, 0.25 * (1 - gain)])
    assert found.covariance[:, 0, 0] == pytest.approx([0.5, 1.125, gain])
    assert found.innovation[:, 0] == pytest.approx([2.0, np.nan, -0.25], nan_ok=True)
    assert found.innovation_variance[:, 0] == pytest.approx([2.0, 2.125, 2.28125])
    log_density = -0.5 * (np.log(2 * np.pi * 2.0) + 4 / 2)
    log_density -= 0.5 * (np.log(2 * np.pi * 2.28125) + 0.0625 / 2.28125)
    assert found.log_likelihood == pytest.approx(log_density)


@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_like_conditioning_all_at_once(missing):
    """The whole path is one Gaussian: its conditional mean and density need no recursion."""
    rng = np.random.default_rng(3)
    n, p, steps = 3, 4, 6
    model = random_model(rng, n, p)
    prior_mean, prior = rng.normal(size=n), np.diag([1.0, 2.0, 0.5])
    observed = np.where(rng.random((steps, p)) < missing, np.nan, rng.normal(size=(steps, p)))
    observed[2] = np.nan if missing else observed[2]
    means, joint = np.zeros(n * steps), np.zeros((n * steps, n * steps))
    covariances = [prior]
    means[:n] = prior_mean
    for t in range(1, steps):
        f = model.transition
        means[t * n : (t + 1) * n] = f @ means[(t - 1) * n : t * n]
        covariances.append(f @ covariances[-1] @ f.T + model.process_covariance)
    for t in range(steps):
        block = covariances[t]
        for later in range(t, steps):
            rows, columns = slice(later * n, (later + 1) * n), slice(t * n, (t + 1) * n)
            joint[rows, columns], joint[columns, rows] = block, block.T
            block = model.transition @ block
    h = np.kron(np.eye(steps), model.observe)
    errors = np.kron(np.eye(steps), model.error_covariance)
    there = ~np.isnan(observed.ravel())
    h, errors, y = h[there], errors[np.ix_(there, there)], observed.ravel()[there]
    spread = h @ joint @ h.T + errors
    gain = np.linalg.solve(spread, h @ joint).T
    found = kalman_filter(model, prior_mean, prior, observed)
    last = slice(n * (steps - 1), None)
    posterior = joint - gain @ h @ joint
    assert found.mean[-1] == pytest.approx((means + gain @ (y - h @ means))[last], rel=1e-9)
    np.testing.assert_allclose(found.covariance[-1], posterior[last, last], rtol=1e-9, atol=1e-12)
    density = multivariate_normal(h @ means, spread).logpdf(y)
    assert found.log_likelihood == pytest.approx(density, rel=1e-9)
    ahead, ahead_covariance = forecast(model, found.mean[-1], found.covariance[-1], 2)
    square = model.transition @ model.transition
    assert ahead[1] == pytest.approx(square @ np.asarray(found.mean[-1]), rel=1e-9)
    grown = square @ found.covariance[-1] @ square.T + model.process_covariance
    grown += model.transition @ model.process_covariance @ model.transition.T
    np.testing.assert_allclose(ahead_covariance[1], grown, rtol=1e-9)


def test_nothing_observed_leaves_the_long_run():
    model = scalar(0.9, 0.19, 1.0)
    found = kalman_filter(model, np.array([3.0]), np.zeros((1, 1)), np.full((300, 1), np.nan))
    assert found.covariance[-1, 0, 0] == pytest.approx(1.0)
    assert found.mean[-1, 0] == pytest.approx(3 * 0.9**299)
    assert np.isnan(found.innovation).all() and found.log_likelihood == 0


def test_covariance_stays_positive_where_the_plain_form_loses_it():
    """Nearly perfect observations of a nearly known state: P - K H P cancels, Joseph's does not."""
    model = LinearModel(np.eye(2), np.zeros((2, 2)), np.array([[1.0, 1.0]]), np.array([[1e-12]]))
    found = kalman_filter(model, np.zeros(2), 1e6 * np.eye(2), np.zeros((500, 1)))
    covariance = np.asarray(found.covariance)
    assert (np.linalg.eigvalsh(covariance) > -1e-9).all()
    np.testing.assert_allclose(covariance, covariance.swapaxes(1, 2), atol=1e-9)
