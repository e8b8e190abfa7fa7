"""One ensemble analysis against Kalman's formulas, and what must not matter to it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_models.assimilation import ensemble
from python_models.assimilation.letkf import letkf
from python_models.assimilation.localisation import (
    gaspari_cohn,
    taper_from_adjacency,
    taper_from_correlation,
)


def case(seed: int, members: int, n: int, p: int):
    """(ensemble, linear operator, predictions, observations, sd of their errors)"""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(members, n)) @ rng.normal(size=(n, n)) + rng.normal(size=n)
    operator = rng.normal(size=(p, n))
    return drawn, operator, drawn @ operator.T, rng.normal(size=p), rng.uniform(0.5, 2, p)


def kalman(mean, covariance, operator, observed, error_sd):
    there = ~np.isnan(observed)
    h, r, y = operator[there], np.diag(error_sd[there] ** 2), observed[there]
    gain = np.linalg.solve(h @ covariance @ h.T + r, h @ covariance).T
    return mean + gain @ (y - h @ mean), covariance - gain @ h @ covariance


def relative(found, expected) -> float:
    return float(np.abs(found - expected).max() / np.abs(expected).max())


@given(
    seed=st.integers(0, 10**6),
    shape=st.sampled_from([(1, 1), (3, 2), (5, 12)]),  # each is compiled anew
    side=st.sampled_from([None, True, False]),
    missing=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_etkf_is_kalman_with_the_sample_covariance(seed, shape, side, missing):
    n, p = shape
    members, operator, predicted, observed, error_sd = case(seed, n + 6, n, p)
    observed[0] = np.nan if missing else observed[0]
    after = np.asarray(ensemble.etkf(members, predicted, observed, error_sd, side))
    covariance = np.atleast_2d(np.cov(members.T))
    mean, covariance = kalman(members.mean(axis=0), covariance, operator, observed, error_sd)
    assert relative(after.mean(axis=0), mean) < 1e-10
    assert relative(np.atleast_2d(np.cov(after.T)), covariance) < 1e-10


@pytest.mark.parametrize(("members", "p"), [(20, 5), (8, 15), (12, 12)])
def test_both_sides_and_every_order_give_the_same_members(members, p):
    before, _, predicted, observed, error_sd = case(2, members, 7, p)
    by_members = np.asarray(ensemble.etkf(before, predicted, observed, error_sd, False))
    by_observations = np.asarray(ensemble.etkf(before, predicted, observed, error_sd, True))
    assert relative(by_observations, by_members) < 1e-10
    order = np.random.default_rng(0).permutation(members)
    permuted = np.asarray(ensemble.etkf(before[order], predicted[order], observed, error_sd))
    assert relative(permuted, by_members[order]) < 1e-10
    anomalies = before - before.mean(axis=0)
    whitened = (predicted - predicted.mean(axis=0)) / error_sd
    for side in (True, False):
        after = np.asarray(ensemble.transformed(whitened, np.zeros(p), anomalies, side))
        # a symmetric root keeps the mean of the anomalies at zero, others shift it
        assert np.abs(after.mean(axis=0)).max() < 1e-12


def test_perturbed_observations_find_the_posterior():
    count = 100_000
    rng = np.random.default_rng(11)
    prior = np.array([[2.0, 0.8], [0.8, 1.0]])
    drawn = rng.multivariate_normal([1.0, -1.0], prior, count, method="cholesky")
    operator, observed = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([2.0, -0.5])
    error_sd = np.array([1.0, 0.5])
    after = np.asarray(
        ensemble.perturbed_observations(
            jax.random.key(1), drawn, drawn @ operator.T, observed, error_sd
        )
    )
    mean, covariance = kalman(np.array([1.0, -1.0]), prior, operator, observed, error_sd)
    # the mean follows that of the prior's members, a covariance has the error of a normal sample's
    mean_se = np.sqrt(np.diagonal(covariance) / count)
    prior_se = np.sqrt(np.diagonal(prior) / count)
    sds = np.sqrt(np.diagonal(covariance))
    covariance_se = np.sqrt((np.outer(sds, sds) ** 2 + covariance**2) / count)
    assert (np.abs(after.mean(axis=0) - mean) < 3 * np.maximum(mean_se, prior_se)).all()
    assert (np.abs(np.cov(after.T) - covariance) < 3 * covariance_se).all()


@pytest.mark.parametrize("scheme", ["perturbed", "root", "local"])
def test_what_is_missing_is_as_if_it_were_not_there(scheme):
    before, _, predicted, observed, error_sd = case(4, 9, 5, 6)
    observed[[1, 4]] = np.nan
    keep = ~np.isnan(observed)

    def analyse(predicted, observed, error_sd):
        if scheme == "local":
            return letkf(before, predicted, observed, error_sd, np.ones((5, len(observed))))
        return ensemble.etkf(before, predicted, observed, error_sd)

    if scheme == "perturbed":
        key = jax.random.key(0)
        nothing = np.full(6, np.nan)
        after = ensemble.perturbed_observations(key, before, predicted, nothing, error_sd)
        strange = predicted.copy()
        strange[:, [1, 4]] = 1e6  # what a member expects of it cannot matter either
        one = ensemble.perturbed_observations(key, before, predicted, observed, error_sd)
        other = ensemble.perturbed_observations(key, before, strange, observed, error_sd)
        np.testing.assert_allclose(one, other, rtol=1e-12)
    else:
        with_holes = analyse(predicted, observed, error_sd)
        without = analyse(predicted[:, keep], observed[keep], error_sd[keep])
        np.testing.assert_allclose(with_holes, without, rtol=1e-10)
        after = analyse(predicted, np.full(6, np.nan), error_sd)
    np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12)


def test_identical_members_stay_what_they_are():
    before = np.full((5, 3), 2.0)
    after = ensemble.etkf(before, before, np.array([9.0, 9.0, 9.0]), np.ones(3))
    np.testing.assert_allclose(after, before, rtol=1e-12)


@pytest.mark.parametrize("members", [2, 3, 4, 30])
def test_rotation_keeps_mean_and_covariance(members):
    before = np.random.default_rng(8).normal(size=(members, 4)) + 5
    after = np.asarray(ensemble.rotate(jax.random.key(3), jnp.asarray(before)))
    np.testing.assert_allclose(after.mean(axis=0), before.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(np.cov(after.T), np.cov(before.T), rtol=1e-9, atol=1e-12)
    assert members < 3 or np.abs(after - before).max() > 0.1


def test_rotations_are_uniform():
    """Over many keys a member is anywhere on the sphere of anomalies: no direction is preferred."""
    before = jnp.asarray(np.random.default_rng(9).normal(size=(4, 1)))
    keys = jax.random.split(jax.random.key(5), 20_000)
    after = np.asarray(jax.vmap(lambda key: ensemble.rotate(key, before))(keys))[:, :, 0]
    anomalies = after - after.mean(axis=1, keepdims=True)
    total = float(((before - before.mean()) ** 2).sum())
    # E[a a'] = total / 3 * (I - 1 1' / 4)
    expected = total / 3 * (np.eye(4) - 0.25)
    np.testing.assert_allclose(anomalies.T @ anomalies / 20_000, expected, atol=0.03 * total)
    assert np.abs(anomalies.mean(axis=0)).max() < 0.03 * np.sqrt(total)


def test_inflation_scales_anomalies_only():
    before = np.array([[1.0], [3.0]])
    assert np.asarray(ensemble.inflate(before, 1.5))[:, 0] == pytest.approx([0.5, 3.5])


def test_local_analysis_is_one_with_the_error_divided_by_the_taper():
    before, _, predicted, observed, error_sd = case(6, 12, 4, 3)
    taper = np.random.default_rng(1).uniform(0, 1, (4, 3))
    taper[2] = 0.0
    after = np.asarray(letkf(before, predicted, observed, error_sd, taper))
    for n in (0, 1, 3):
        alone = ensemble.etkf(before, predicted, observed, error_sd / np.sqrt(taper[n]))
        np.testing.assert_allclose(after[:, n], alone[:, n], rtol=1e-10)
    np.testing.assert_allclose(after[:, 2], before[:, 2], rtol=1e-12)


def test_gaspari_cohn_by_hand():
    """Values of the two polynomials at r = 0, 1/2, 1, 3/2, 2, worked out as fractions."""
    distance = 1.82 * 4 * np.array([0, 0.5, 1, 1.5, 2, 3])
    half = 1 - 5 / 12 + 5 / 64 + 1 / 32 - 1 / 128
    one = 5 / 24
    more = (1.5**5 / 12 - 1.5**4 / 2 + 5 / 8 * 1.5**3 + 5 / 3 * 1.5**2) - 7.5 + 4 - 2 / 4.5
    found = np.asarray(gaspari_cohn(distance, 4.0))
    assert found == pytest.approx([1, half, one, more, 0, 0], abs=1e-12)
    near = np.asarray(gaspari_cohn(np.array([0.4]), 4.0))[0]
    assert near == pytest.approx(np.exp(-0.005), abs=2e-4)
    assert np.asarray(gaspari_cohn(np.array([0.0, 0.1]), 0)) == pytest.approx([1, 0])


@given(st.integers(0, 10**6), st.floats(0.5, 5))
@settings(max_examples=30, deadline=None)
def test_gaspari_cohn_on_a_line_has_no_negative_eigenvalue(seed, radius):
    place = np.sort(np.random.default_rng(seed).uniform(0, 20, 12))
    taper = np.asarray(gaspari_cohn(np.abs(place[:, None] - place), radius))
    assert np.linalg.eigvalsh(taper).min() > -1e-10


def test_adjacency_counts_borders():
    chain = np.zeros((5, 5), bool)
    chain[0, 1] = chain[1, 2] = chain[2, 3] = True  # the last zone touches none
    found = np.asarray(taper_from_adjacency(chain, 1.0))
    steps = np.abs(np.arange(4)[:, None] - np.arange(4))
    np.testing.assert_allclose(found[:4, :4], gaspari_cohn(steps, 1.0))
    assert found[4] == pytest.approx([0, 0, 0, 0, 1])


@pytest.mark.parametrize("rho", [0.0, 0.2, 0.8])
def test_taper_from_correlation_makes_the_error_of_a_covariance_least(rho):
    members = 10
    rng = np.random.default_rng(2)
    truth, shape = [[1, rho], [rho, 1]], (40_000, members)
    drawn = rng.multivariate_normal([0, 0], truth, shape, method="cholesky")
    centred = drawn - drawn.mean(axis=1, keepdims=True)
    sample = (centred[:, :, 0] * centred[:, :, 1]).sum(axis=1) / (members - 1)
    best = (sample * rho).mean() / (sample**2).mean()
    own = 1 / (1 + 2 / (members - 1))  # of a variance
    found = np.asarray(taper_from_correlation(np.array([[1, rho], [rho, 1]]), members))
    assert found[0, 1] == pytest.approx(best / own, abs=0.02)
    assert found[0, 0] == pytest.approx(1.0)
