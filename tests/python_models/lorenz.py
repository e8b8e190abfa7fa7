"""The two chaotic models on which ensemble filters are compared, and twin experiments on them.

Settings are those of Sakov and Oke, "A deterministic formulation of the ensemble Kalman filter",
2008, table 1 (Lorenz-96), and Sakov, Oliver and Bertino, "An Iterative EnKF for Strongly Nonlinear
Systems", 2012, table 1 (Lorenz-63).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from python_models.assimilation import diagnostics, ensemble
from python_models.assimilation.letkf import letkf
from python_models.assimilation.localisation import gaspari_cohn


class Twin(NamedTuple):
    """A model, and how it is observed: each component with an error of `error_sd`."""

    step: Callable[[Array], Array]  # from one observation to the next
    start: np.ndarray
    start_sd: float
    error_sd: float
    burn_in: int


class Scheme(NamedTuple):
    """A filter: `perturbed`, `root` or `local` (radius in grid points)."""

    kind: str
    members: int
    inflation: float
    rotation: bool = False
    radius: float = 0.0


def runge_kutta(slope: Callable[[Array], Array], dt: float) -> Callable[[Array], Array]:
    def step(x: Array) -> Array:
        a = slope(x)
        b = slope(x + dt / 2 * a)
        c = slope(x + dt / 2 * b)
        d = slope(x + dt * c)
        return x + dt / 6 * (a + 2 * b + 2 * c + d)

    return step


def slope_96(x: Array) -> Array:
    """Components on the last axis."""
    ahead, behind, behind_2 = (jnp.roll(x, n, axis=-1) for n in (-1, 1, 2))
    return (ahead - behind_2) * behind - x + 8.0


def slope_63(x: Array) -> Array:
    a, b, c = x[..., 0], x[..., 1], x[..., 2]
    return jnp.stack([10 * (b - a), a * (28 - c) - b, a * b - 8 / 3 * c], axis=-1)


def step_63(x: Array) -> Array:
    one = runge_kutta(slope_63, 0.01)
    return jax.lax.fori_loop(0, 25, lambda _, at: one(at), x)


LORENZ_96 = Twin(runge_kutta(slope_96, 0.05), np.eye(40)[0], np.sqrt(0.001), 1.0, 400)
LORENZ_63 = Twin(step_63, np.array([1.509, -1.531, 25.46]), np.sqrt(2.0), np.sqrt(2.0), 64)


def run(twin: Twin, scheme: Scheme, cycles: int, key: Array) -> Array:
    """Errors of the analysis mean, `[cycles]`, the burn-in left out."""
    size = twin.start.shape[0]
    error_sd = jnp.full(size, twin.error_sd)
    start = jnp.asarray(twin.start, float)
    key, first, second = jax.random.split(key, 3)
    truth = start + twin.start_sd * jax.random.normal(first, (size,))
    members = start + twin.start_sd * jax.random.normal(second, (scheme.members, size))
    apart = jnp.abs(jnp.arange(size)[:, None] - jnp.arange(size))
    taper = gaspari_cohn(jnp.minimum(apart, size - apart), scheme.radius)

    def analysis(key: Array, members: Array, observed: Array) -> Array:
        if scheme.kind == "perturbed":
            return ensemble.perturbed_observations(key, members, members, observed, error_sd)
        if scheme.kind == "local":
            return letkf(members, members, observed, error_sd, taper)
        return ensemble.etkf(members, members, observed, error_sd)

    def cycle(state: tuple[Array, Array], key: Array):
        truth, members = state
        noise, drawn, turned = jax.random.split(key, 3)
        truth, members = twin.step(truth), twin.step(members)
        observed = truth + error_sd * jax.random.normal(noise, (size,))
        members = ensemble.inflate(analysis(drawn, members, observed), scheme.inflation)
        if scheme.rotation:
            members = ensemble.rotate(turned, members)
        return (truth, members), diagnostics.rmse(members.mean(axis=0), truth)

    keys = jax.random.split(key, twin.burn_in + cycles)
    return jax.lax.scan(cycle, (truth, members), keys)[1][twin.burn_in :]


def mean_errors(twin: Twin, scheme: Scheme, cycles: int, seeds: int) -> np.ndarray:
    """Mean over cycles of the error, for each seed."""
    one = jax.jit(lambda key: run(twin, scheme, cycles, key).mean())
    return np.array([one(jax.random.key(seed)) for seed in range(seeds)])
