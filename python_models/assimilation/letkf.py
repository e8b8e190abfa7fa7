"""The ensemble transform with an analysis of its own for each component of the state."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from python_models.assimilation.ensemble import transformed, whitened


def letkf(
    ensemble: Array, predicted: Array, observed: Array, error_sd: Array, taper: Array
) -> Array:
    """Local analyses, `[M, n]`; arguments as those of `ensemble.etkf`.

    taper: `[n, p]`, weight of each observation for each component, 0 for none, 1 for all; its
    square root multiplies anomalies and innovations, which is the same as dividing the error's
    variance by it. Hunt, Kostelich and Szunyogh, "Efficient data assimilation for spatiotemporal
    chaos", 2007. Observations that reach nothing change nothing.
    """
    anomalies, _, innovation = whitened(predicted, observed, error_sd)
    mean = ensemble.mean(axis=0)
    deviations = ensemble - mean

    def local(weight: Array, column: Array) -> Array:
        root = jnp.sqrt(weight)
        return transformed(anomalies * root, innovation * root, column[:, None])[:, 0]

    return mean + jax.vmap(local, in_axes=(0, 1), out_axes=1)(taper, deviations)
