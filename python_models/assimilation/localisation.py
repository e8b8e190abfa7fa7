"""How far an observation reaches: weights between 0 and 1 that damp spurious correlation.

A sample covariance of M members has an error of its own that does not care how far apart two
places are. Shapes: n state, p observations, N nodes.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

# The taper begins like exp(-distance^2 / (2 radius^2)): the square root of 10/3, rounded.
SUPPORT = 1.82


def gaspari_cohn(distance: Array, radius: float) -> Array:
    """The taper, in the shape of `distance`, which has the unit of `radius` and is >= 0.

    Exactly 0 from `2 * 1.82 * radius` on; a radius of 0 leaves 1 at distance 0 alone. Gaspari and
    Cohn, "Construction of correlation functions in two and three dimensions", 1999, equation 4.10.
    """
    distance = jnp.asarray(distance, float)
    if radius == 0:
        return jnp.where(distance == 0, 1.0, 0.0)
    r = distance / (SUPPORT * radius)
    near = 1 + r**2 * (-5 / 3 + r * (5 / 8 + r * (1 / 2 - r / 4)))
    outer = jnp.where(r > 1, r, 1.0)
    far = (
        4
        - 2 / (3 * outer)
        + outer * (-5 + outer * (5 / 3 + outer * (5 / 8 + outer * (-1 / 2 + outer / 12))))
    )
    return jnp.where(r <= 1, near, jnp.where(r < 2, far, 0.0))


def taper_from_adjacency(adjacency: Array, radius: float) -> Array:
    """Gaspari-Cohn taper `[N, N]` by the number of borders between two zones.

    adjacency: `[N, N]`, true where two zones touch, read both ways. Zones without a way between
    them do not see each other.
    """
    touches = jnp.asarray(adjacency, bool)
    count = touches.shape[0]
    steps = jnp.where(touches | touches.T, 1.0, jnp.inf)
    steps = jnp.where(jnp.eye(count, dtype=bool), 0.0, steps)

    def through(node: int, steps: Array) -> Array:
        return jnp.minimum(steps, steps[:, node, None] + steps[None, node, :])

    steps = jax.lax.fori_loop(0, count, through, steps)
    reach = jnp.where(jnp.isinf(steps), 4 * SUPPORT * max(radius, 1.0), steps)
    return gaspari_cohn(reach, radius)


def taper_from_correlation(correlation: Array, members: int) -> Array:
    """Taper that makes the expected square error of a sample covariance least, same shape.

    correlation: true or long-run correlations. With M members the sample covariance of two
    standard normal variables has variance (1 + rho^2) / (M - 1), hence the factor
    rho^2 / (rho^2 + (1 + rho^2) / (M - 1)), scaled so that a variable keeps all of its own
    variance. Menetrier et al., "Linear Filtering of Sample Covariances for Ensemble-Based Data
    Assimilation", 2015.
    """
    squared = jnp.asarray(correlation, float) ** 2
    error = (1 + squared) / (members - 1)
    return jnp.minimum(squared / (squared + error) * (1 + 2 / (members - 1)), 1.0)
