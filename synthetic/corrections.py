"""A second publication: the same keys with some values changed."""

from __future__ import annotations

import numpy as np


def nudges(rng: np.random.Generator, shape: tuple[int, ...], share: float, decimals: int):
    """Amounts to add: nonzero for about `share` of the cells and for at least one."""
    chosen = rng.random(shape) < share
    if not chosen.any():
        chosen.flat[int(rng.integers(chosen.size))] = True
    step = np.round(rng.uniform(0.5, 5.0, shape), decimals) * rng.choice([-1.0, 1.0], shape)
    return np.where(chosen, step, 0.0)
