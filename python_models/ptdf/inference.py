"""How far a coefficient may be from the truth.

The elastic net shrinks, so intervals around it would miss. Its bias is estimated from what it
leaves unexplained and taken off: b + M (c - G b), with M near the inverse of G (van de Geer,
Bühlmann, Ritov and Dezeure, "On asymptotically optimal confidence regions and tests for
high-dimensional models", 2014; Javanmard and Montanari, 2014). Where G can be inverted this is
least squares. Where it cannot, M G says how much of a coefficient the data tell: its diagonal is
the resolution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from python_models.ptdf.solver import Spectrum

# On the scale of correlations; directions that vary less than this are not told apart.
RIDGE = 1e-6
LEAST_RESOLUTION = 0.99
QUANTILE = 1.96
LEAST_LEFT = 0.05  # of what other chunks say of a coefficient


class Debiased(NamedTuple):
    """coefficients, standard_error: `[K, N]`, the latter NaN where it means nothing: too few rows,
    or a coefficient that the data do not tell. resolution, is_identified: `[K]`. m: `[K, K]`.
    freedom: rows less parameters.
    """

    coefficients: np.ndarray
    standard_error: np.ndarray
    resolution: np.ndarray
    is_identified: np.ndarray
    m: np.ndarray
    freedom: float


class Chunk(NamedTuple):
    """Sums over rows whose errors may hang together, such as those of a day; like `gram.Gram` of
    one pattern. columns: `[k]`, places of this chunk's columns among the K; the others are zero."""

    columns: np.ndarray
    rows: float
    sum_x: np.ndarray
    xx: np.ndarray
    sum_y: np.ndarray
    xy: np.ndarray


def debias(
    of: Spectrum, g: np.ndarray, c: np.ndarray, v: np.ndarray, b: np.ndarray, rows: float, used: int
) -> Debiased:
    """Debiased coefficients with the standard errors of errors that are independent.

    of: spectrum of g `[K, K]`, a correlation matrix. c, b: `[K, N]`. v: `[N]`. used: parameters
    besides these, such as the intercept.
    """
    told = of.values / (of.values + RIDGE)
    m = of.inverse(RIDGE)
    unbiased = b + m @ (c - g @ b)
    resolution = (of.vectors**2) @ told
    is_identified = resolution >= LEAST_RESOLUTION
    freedom = rows - used - float(told.sum())
    residual = v - 2 * (unbiased * c).sum(axis=0) + (unbiased * (g @ unbiased)).sum(axis=0)
    spread = np.sqrt((of.vectors**2) @ (told / (of.values + RIDGE)))  # of diag(m g m)
    if freedom >= 1:
        sigma = np.sqrt(np.maximum(residual, 0.0) / freedom)  # means, so rows cancel
        error = np.outer(np.where(is_identified, spread, np.nan), sigma)
    else:
        error = np.full(b.shape, np.nan)
    return Debiased(unbiased, error, resolution, is_identified, m, freedom)


def clustered_error(
    operator: np.ndarray,
    mean_x: np.ndarray,
    b: np.ndarray,
    intercept: np.ndarray,
    chunks: Callable[[], Iterable[Chunk]],
) -> np.ndarray:
    """Standard errors, `[J, N]`, for errors that may hang together within chunks in any way.

    operator: `[J, K]`, what takes sums of centred x times residual to coefficients (the rows'
    number included). b: `[K, N]` and intercept: `[N]`, of nearly unbiased residuals. chunks: called
    twice. The sandwich of clusters (Liang and Zeger, 1986). A fit pulls the residuals of a chunk
    towards zero as far as that chunk determines a coefficient, so each is divided by one less that
    share, as if the chunk had been left out (Bell and McCaffrey, 2002). Still too small for a
    column that is not zero in a few chunks only: take the greater of two.
    """
    variance = np.zeros((operator.shape[0], b.shape[1]))
    centre = operator @ mean_x
    weights = [_weight(operator[:, chunk.columns], centre, chunk) for chunk in chunks()]
    count = len(weights)
    if count < 2:
        return np.full(variance.shape, np.nan)
    left = 1 - np.array(weights) / np.maximum(np.sum(weights, axis=0), np.finfo(float).tiny)
    for chunk, share in zip(chunks(), np.maximum(left, LEAST_LEFT), strict=True):
        own = b[chunk.columns]
        score = chunk.xy - np.outer(chunk.sum_x, intercept) - chunk.xx @ own
        total = chunk.sum_y - chunk.rows * intercept - chunk.sum_x @ own
        moved = operator[:, chunk.columns] @ score
        moved -= np.outer(centre, total)
        moved /= share[:, None]
        variance += np.square(moved, out=moved)
    return np.sqrt(variance * (count - 1) / count)


def _weight(operator: np.ndarray, centre: np.ndarray, chunk: Chunk) -> np.ndarray:
    """`[J]`: the sum over a chunk's rows of the squares of what they weigh in a coefficient."""
    square = ((operator @ chunk.xx) * operator).sum(axis=1)
    return square - 2 * (operator @ chunk.sum_x) * centre + chunk.rows * centre**2
