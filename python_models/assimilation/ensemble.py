"""Ensemble analyses for states that are not linear in what is observed.

Members are rows: an ensemble is `[M, n]`, what each member expects to be observed `[M, p]`.
`observed` is `[p]`, NaN where missing: its column of the anomalies and its innovation are set to
zero, so that it changes nothing. `error_sd` is `[p]`, > 0, the standard deviation of independent
errors; whoever has correlated ones multiplies observations by the inverse root of their covariance
first. Members should outnumber one; with one member nothing is changed.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsl
from jax import Array


def whitened(predicted: Array, observed: Array, error_sd: Array) -> tuple[Array, Array, Array]:
    """Anomalies of the predictions `[M, p]`, innovations of the members `[M, p]` and of their mean
    `[p]`, in standard deviations of the error; zero where nothing was observed."""
    there = ~jnp.isnan(observed)
    mean = predicted.mean(axis=0)
    anomalies = jnp.where(there, (predicted - mean) / error_sd, 0.0)
    innovations = jnp.where(there, (observed - predicted) / error_sd, 0.0)
    return anomalies, innovations, jnp.where(there, (observed - mean) / error_sd, 0.0)


def perturbed_observations(
    key: Array, ensemble: Array, predicted: Array, observed: Array, error_sd: Array
) -> Array:
    """Analysis in which each member sees the observations with an error of its own, `[M, n]`.

    Burgers, van Leeuwen and Evensen, "Analysis Scheme in the Ensemble Kalman Filter", 1998. The
    drawn errors are centred over the members, so that they leave the mean alone.
    """
    anomalies, innovations, _ = whitened(predicted, observed, error_sd)
    count = ensemble.shape[0]
    errors = jax.random.normal(key, predicted.shape)
    errors = jnp.where(jnp.isnan(observed), 0.0, errors - errors.mean(axis=0))
    spread = anomalies.T @ anomalies + (count - 1) * jnp.eye(anomalies.shape[1])
    deviations = ensemble - ensemble.mean(axis=0)
    lower = jnp.linalg.cholesky(spread, symmetrize_input=False)
    gain = jsl.cho_solve((lower, True), anomalies.T @ deviations)  # `[p, n]`
    return ensemble + (innovations + errors) @ gain


def etkf(
    ensemble: Array,
    predicted: Array,
    observed: Array,
    error_sd: Array,
    by_observations: bool | None = None,
) -> Array:
    """Analysis by the symmetric square root transform, `[M, n]`; no random numbers.

    Bishop, Etherton and Majumdar, "Adaptive Sampling with the Ensemble Transform Kalman Filter",
    2001, with the root of Hunt, Kostelich and Szunyogh, "Efficient data assimilation for
    spatiotemporal chaos", 2007. by_observations: decompose `[p, p]` instead of `[M, M]`; the
    result is the same, and the smaller one is taken where it is not said.
    """
    anomalies, _, innovation = whitened(predicted, observed, error_sd)
    mean = ensemble.mean(axis=0)
    return mean + transformed(anomalies, innovation, ensemble - mean, by_observations)


def transformed(
    anomalies: Array, innovation: Array, deviations: Array, by_observations: bool | None = None
) -> Array:
    """What the deviations `[M, n]` of members from their mean become, the shift of the mean added.

    anomalies `[M, p]`, innovation `[p]`: in standard deviations of the error. The transform is
    sqrt(M - 1) (M - 1 + Y Y')^-1/2; by observations it is applied without being formed.
    """
    members, observations = anomalies.shape
    degrees = max(members - 1, 1)
    if by_observations is None:
        by_observations = observations < members
    if by_observations:
        values, vectors = jnp.linalg.eigh(anomalies.T @ anomalies)
        values = jnp.maximum(values, 0.0)
        turned = anomalies @ vectors
        weights = turned @ ((vectors.T @ innovation) / (values + degrees))
        # (1 - sqrt(degrees / (d + degrees))) / d without the division by d, which may be zero
        shrink = 1 / ((values + degrees) * (1 + jnp.sqrt(degrees / (values + degrees))))
        kept = deviations - turned @ (shrink[:, None] * (turned.T @ deviations))
        return kept + weights @ deviations
    values, vectors = jnp.linalg.eigh(anomalies @ anomalies.T)
    values = jnp.maximum(values, 0.0)
    weights = vectors @ ((vectors.T @ (anomalies @ innovation)) / (values + degrees))
    root = jnp.sqrt(degrees / (values + degrees))
    kept = vectors @ (root[:, None] * (vectors.T @ deviations))
    return kept + weights @ deviations


def inflate(ensemble: Array, factor: float) -> Array:
    """The anomalies times `factor`, `[M, n]`; the mean stays."""
    mean = ensemble.mean(axis=0)
    return mean + factor * (ensemble - mean)


def rotate(key: Array, ensemble: Array) -> Array:
    """The anomalies mixed by a random orthogonal matrix that keeps their mean and covariance.

    ensemble: `[M, n]` in any unit; as of the return. One of fewer than three members stays.

    Sakov and Oke, "Implications of the Form of the Ensemble Transformation in the Ensemble Square
    Root Filters", 2008: it undoes outliers that a deterministic transform never mixes back.
    """
    count = ensemble.shape[0]
    mean = ensemble.mean(axis=0)
    if count < 3:
        return ensemble
    drawn, upper = jnp.linalg.qr(jax.random.normal(key, (count - 1, count - 1)))
    turn = drawn * jnp.sign(jnp.diagonal(upper))  # uniform over the orthogonal matrices
    # the reflection that swaps the first axis with ones / sqrt(M) spans what is at right angles
    ones = jnp.full(count, 1 / jnp.sqrt(count))
    normal = ones.at[0].add(-1.0)
    normal = normal / jnp.linalg.norm(normal)
    anomalies = ensemble - mean
    inner = anomalies - 2 * jnp.outer(normal, normal @ anomalies)
    inner = inner.at[1:].set(turn @ inner[1:])
    return mean + inner - 2 * jnp.outer(normal, normal @ inner)
